"""One life of process.js, from its start to its end."""

from __future__ import annotations

import asyncio
from asyncio import Future, Task, TimerHandle
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from understudy.errors import ScriptError, UnderstudyError
from understudy.processes import Caller
from understudy_process import failures
from understudy_process import messages as say
from understudy_process.channel import Channel
from understudy_process.logs import Logs
from understudy_process.mailbox import Mailbox
from understudy_process.place import Place
from understudy_process.site import Site

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 1.0
_EXIT_SECONDS: Final = 1.0
_END: Final = object()


@dataclass(slots=True)
class _Call:
    id: int
    what: str
    answer: Future[Any]


class Worker:
    """A running process. It is of no more use once `is_over`."""

    def __init__(self, site: Site, place: Place, seconds: float) -> None:
        self._site = site
        self._place = place
        self._seconds = seconds
        self._logs = Logs(site.assistant_id)
        self._mailbox = Mailbox()
        self._channel = Channel(self._receive, self._lost)
        self._calls: dict[int, _Call] = {}
        self._stopping: dict[int, TimerHandle] = {}
        self._last = 0
        self._ready: Future[frozenset[str]] = asyncio.get_running_loop().create_future()
        self._exports: frozenset[str] = frozenset()
        self._ending: Task[None] | None = None
        self._why: UnderstudyError | None = None
        self._gone = asyncio.Event()
        self._heard = asyncio.Event()
        self._heard.set()

    async def start(self, caller: Caller) -> None:
        """Start the process and load the file. Raises `ScriptError`."""
        self._logs.attend(caller)
        spawning = asyncio.get_running_loop().create_task(
            self._place.start(self._channel, self._logs)
        )
        try:
            await asyncio.shield(spawning)
            await self._load()
        except BaseException:
            await asyncio.wait([spawning])
            await self.close()
            raise

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or is about to."""
        return self._why is not None or self._ending is not None

    @property
    def is_listening(self) -> bool:
        """Whether it is loaded, lives, and has heard of all calls that are over."""
        return self._ready.done() and not self.is_over and self._heard.is_set()

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._place.pid

    async def call(self, caller: Caller, name: str, args: Sequence[Any]) -> Any:
        """Call an export and wait for the result."""
        with self._opened(caller, name) as call:
            self._begin(call, caller, name, args, streams=False)
            return await self._answer(call)

    async def stream(self, caller: Caller, name: str, args: Sequence[Any]) -> AsyncIterator[Any]:
        """Call an export; the next item is made when it is asked for."""
        with self._opened(caller, name) as call:
            self._begin(call, caller, name, args, streams=True)
            while (item := await self._answer(call)) is not _END:
                yield item
                self._require_life()
                call.answer = asyncio.get_running_loop().create_future()
                self._channel.post({"type": "next", "call": call.id})

    def send(self, caller: Caller, message: Any) -> None:
        """Hand over a message."""
        self._require_life()
        self._logs.attend(caller)
        self._channel.post({"type": "message", "run": caller.run_id, "value": message})

    def messages(self, caller: Caller) -> AsyncIterator[Any]:
        """The messages for a run."""
        self._logs.attend(caller)
        return self._mailbox.read(caller.run_id)

    async def heard(self) -> None:
        """Wait until it has heard of all calls that are over, or has ended."""
        await self._heard.wait()

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        self._kill(ScriptError("the assistant was closed", kind="cancelled"))
        if self._place.is_started:
            await self._gone.wait()

    # -- its life

    async def _load(self) -> None:
        self._require_life()
        try:
            async with asyncio.timeout(START_SECONDS):
                self._exports = await self._ready
        except TimeoutError:
            raise failures.too_late(self._site, "loading", START_SECONDS) from None

    def _kill(self, why: UnderstudyError) -> None:
        self._why = self._why or why
        if self._place.is_started and self._ending is None:
            self._place.kill()

    def _lost(self, fault: ScriptError | None) -> None:
        self._why = self._why or fault
        self._ending = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        why = await self._place.ended(0 if self._why is not None else _EXIT_SECONDS)
        for call_id in list(self._stopping):
            self._hear(call_id)
        self._why = self._why or why
        self._fail_all(self._why)
        self._gone.set()

    def _fail_all(self, error: UnderstudyError) -> None:
        for call in self._calls.values():
            if not call.answer.done():
                call.answer.set_exception(error)
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # whoever started it may have left
        self._mailbox.close(error)

    def _require_life(self) -> None:
        if self._why is not None:
            raise self._why

    # -- calls

    @contextmanager
    def _opened(self, caller: Caller, name: str) -> Iterator[_Call]:
        if name not in self._exports:
            raise failures.no_export(self._site, name, self._exports)
        self._require_life()
        self._last += 1
        call = _Call(self._last, f"`{name}`", asyncio.get_running_loop().create_future())
        self._calls[call.id] = call
        self._logs.attend(caller)
        try:
            yield call
        finally:
            self._logs.forget(caller.run_id)
            if self._calls.pop(call.id, None) is not None and not self.is_over:
                self._stop(call)

    def _begin(
        self, call: _Call, caller: Caller, name: str, args: Sequence[Any], *, streams: bool
    ) -> None:
        self._channel.post(
            {
                "type": "call",
                "call": call.id,
                "run": caller.run_id,
                "name": name,
                "args": list(args),
                "streams": streams,
            }
        )

    async def _answer(self, call: _Call) -> Any:
        timer = asyncio.get_running_loop().call_later(self._seconds, self._give_up, call)
        try:
            return await call.answer
        finally:
            timer.cancel()

    def _give_up(self, call: _Call) -> None:
        if not call.answer.done():
            call.answer.set_exception(failures.too_late(self._site, call.what, self._seconds))

    def _stop(self, call: _Call) -> None:
        """Tell it that nobody waits any more. If it does not hear that, it is ended."""
        self._channel.post({"type": "stop", "call": call.id})
        self._heard.clear()
        loop = asyncio.get_running_loop()
        deaf = failures.deaf(self._site)
        self._stopping[call.id] = loop.call_later(STOP_SECONDS, self._kill, deaf)

    # -- what it says

    def _receive(self, message: say.Message, size: int) -> None:
        match message:
            case say.Result() | say.Item():
                self._settle(message.call, message.value, over=isinstance(message, say.Result))
            case say.End():
                self._settle(message.call, _END, over=True)
            case say.Failure():
                self._fail(message)
            case say.Sent():
                self._mailbox.deliver(message.run, message.value, size)
            case say.Log():
                self._logs.write(message.run, message.level, message.text)
            case say.Stopped():
                self._hear(message.call)
            case say.Ready():
                self._be_ready(message.exports)
            case say.Broken():
                self._kill(failures.thrown(self._site, message.error, "it cannot be loaded"))

    def _be_ready(self, exports: frozenset[str]) -> None:
        if not self._ready.done():
            self._ready.set_result(exports)

    def _hear(self, call_id: int) -> None:
        timer = self._stopping.pop(call_id, None)
        if timer is not None:
            timer.cancel()
        if not self._stopping:
            self._heard.set()

    def _settle(self, call_id: int, value: Any, *, over: bool) -> None:
        call = self._calls.pop(call_id, None) if over else self._calls.get(call_id)
        if call is not None and not call.answer.done():
            call.answer.set_result(value)

    def _fail(self, message: say.Failure) -> None:
        call = self._calls.pop(message.call, None)
        if call is not None and not call.answer.done():
            error = failures.thrown(self._site, message.error, f"{call.what} failed")
            call.answer.set_exception(error)
