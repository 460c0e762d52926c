"""One call of an export: what it waits for, and the effects it has under way."""

from __future__ import annotations

import asyncio
from asyncio import Future, Queue, Task
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from understudy.errors import ModelError, ScriptError, UnderstudyError
from understudy.runs.run import Run
from understudy.tools import ToolCall
from understudy_v8 import own_model
from understudy_v8.messages import ProceedRequest, Pull, Push, Request, Shut
from understudy_v8.upload import Upload

Proceed = Callable[[ToolCall], Awaitable[Any]]


class Reply(Protocol):
    """Sends the answer to a request back into the isolate."""

    def __call__(self, call: int, request: int, value: Any, error: dict[str, Any] | None) -> None:
        """Exactly one of `value` and `error` counts."""
        ...


@dataclass(slots=True)
class Stream:
    """A stream under way. `reading` is the pull that waits for an item."""

    upload: Upload
    queue: Queue[Pull | Shut] = field(default_factory=Queue)
    task: Task[None] | None = None
    reading: Pull | None = None

    def shut_while_reading(self) -> bool:
        """Whether the script has closed it, so that what it waits for can be given up."""
        return self.reading is not None and not self.queue.empty()


@dataclass(slots=True)
class Call:
    """A call under way. `answer` is its result or, for `invoke`, the next part (None: the end)."""

    id: int
    where: str
    send: Reply
    answer: Future[Any]
    run: Run | None = None
    tool_call: ToolCall | None = None
    proceed: Proceed | None = None
    parked: bool = False
    stopping: Future[None] | None = None
    failures: dict[int, Exception] = field(default_factory=dict)
    _unanswered: set[int] = field(default_factory=set)
    _tasks: set[Task[None]] = field(default_factory=set)
    _streams: dict[int, Stream] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether the script waits for an answer that will come."""
        return bool(self._unanswered)

    def request(self, message: Request) -> None:
        """Start an effect."""
        self._unanswered.add(message.id)
        self._start(self._answer(message.id, self._effect(message)))

    def pull(self, message: Pull) -> None:
        """Ask a stream for its next item; open it, if it is new."""
        self._unanswered.add(message.id)
        stream = self._streams.get(message.stream)
        if stream is None:
            stream = self._streams[message.stream] = Stream(Upload(self._reply_pushed))
            stream.task = self._start(self._relay(message, stream))
        stream.queue.put_nowait(message)

    def shut(self, message: Shut) -> None:
        """Close a stream, at once if it is being read: its next item may never come."""
        self._unanswered.add(message.id)
        stream = self._streams.get(message.stream)
        if stream is None:
            return
        stream.queue.put_nowait(message)
        if stream.reading is not None and stream.task is not None:
            stream.task.cancel()

    def push(self, message: Push) -> None:
        """Hand a stream a piece of what it sends."""
        self._unanswered.add(message.id)
        stream = self._streams.get(message.stream)
        if stream is None:
            self._reply(message.id, False, None)
        else:
            stream.upload.push(message)

    async def finish(self) -> None:
        """Cancel what is under way and wait for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, request: int, effect: Awaitable[Any]) -> None:
        try:
            value = await effect
        except Exception as error:
            self._refuse(request, error)
        else:
            self._reply(request, value, None)

    def _reply(self, request: int, value: Any, error: dict[str, Any] | None) -> None:
        self._unanswered.discard(request)
        self.send(self.id, request, value, error)

    def _reply_pushed(self, request: int, more: bool) -> None:
        self._reply(request, more, None)

    def _refuse(self, request: int, error: Exception) -> None:
        self.failures[request] = error
        self._reply(request, None, describe(error))

    async def _effect(self, message: Request) -> Any:
        if message.kind == "proceed":
            return await self._proceed(message.payload)
        if message.kind == "crypto":
            from understudy_v8.web.crypto import perform

            return await asyncio.to_thread(perform, message.payload)
        return await self._known_run().effect(message.kind, message.payload)

    def _known_run(self) -> Run:
        if self.run is None:
            raise ScriptError(f"`{self.where}` has no run; only `invoke` and tools can do this")
        return self.run

    async def _proceed(self, payload: dict[str, Any]) -> Any:
        if self.tool_call is None or self.proceed is None:
            raise ScriptError("`next` belongs to `toolCall`")
        try:
            wanted = ProceedRequest.model_validate(payload)
        except ValidationError as error:
            raise ScriptError("`next(call)` needs a call with a `name` and `arguments`") from error
        call = self.tool_call
        return await self.proceed(ToolCall(call.id, wanted.name, wanted.arguments, call.run))

    def _open(self, opening: Pull, upload: Upload) -> AsyncIterator[Any]:
        payload = opening.payload or {}
        if opening.kind == "fetch" and payload.get("streams") is True:
            payload = {**payload, "body": upload}
        if opening.kind == "fetch" and own_model.is_meant(payload):
            return own_model.answer(self._known_run(), payload, opening.stream)
        return self._known_run().stream(opening.kind, payload)

    async def _relay(self, opening: Pull, stream: Stream) -> None:
        # One task from opening to closing: what a stream enters, it also leaves there.
        message: Pull | Shut = opening
        try:
            opened = self._open(opening, stream.upload)
            async with aclosing(opened) as items:  # type: ignore[type-var]
                while isinstance(message := await stream.queue.get(), Pull):
                    stream.reading = message
                    item = await anext(items, _END)
                    stream.reading = None
                    step = {"done": item is _END, "value": None if item is _END else item}
                    self._reply(message.id, step, None)
                    if item is _END:
                        return
            self._reply(message.id, None, None)
        except Exception as error:
            self._refuse(message.id, error)
        except asyncio.CancelledError:
            if not stream.shut_while_reading():
                raise
            self._refuse(message.id, ScriptError("the stream was closed", kind="cancelled"))
            self._reply(stream.queue.get_nowait().id, None, None)
        finally:
            stream.upload.close()


_END = object()


def describe(error: Exception) -> dict[str, Any]:
    """An error as the script sees it: no traceback, and of a stranger's not even the text."""
    known = isinstance(error, UnderstudyError)
    status = error.status if isinstance(error, ModelError) else None
    kind = error.kind if isinstance(error, ModelError | ScriptError) else None
    return {
        "name": type(error).__name__ if known else "Error",
        "message": str(error)[:2000] if known else "the host failed to do this",
        "kind": kind,
        "status": status,
    }
