"""SyncHost: the host for code that is not async."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from typing import Any, Final, Self, TypeVar

from understudy.errors import Invalid
from understudy.events import Event
from understudy.folder.problems import Problem
from understudy.host import Host
from understudy.library.assistants import Assistants
from understudy.library.files import Files
from understudy.library.messages import Content, Messages
from understudy.library.threads import Threads
from understudy.objects import Message, Thread
from understudy.permissions.permissions import Permissions
from understudy.reply import Reply
from understudy.runs.engine import Runs
from understudy.runs.execution import Execution

T = TypeVar("T")
Call = Callable[[Coroutine[Any, Any, Any]], Any]


class SyncHost:
    """An open data root, without `async` and `await`.

        with SyncHost("~/assistants") as host:
            print(host.run("math-tutor", "What is 2^100?").text)

    It takes the arguments of `Host`, which works on a thread of its own, and has all that `Host`
    has: `host.threads.get(…)`, `host.runs.cancel(…)`, `host.start(…)` wait for the result, and what
    yields bit by bit is an ordinary iterator. May be used from several threads.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._host = self._call(_opened(root, options))
        except BaseException:
            self._stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(Waiting(self._host, self._call), name)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        if not self._thread.is_alive():
            work.close()
            raise Invalid("This host is closed.", hint="Open another one.")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Stop what runs, close what is open. The host is not used afterwards."""
        if self._thread.is_alive():
            try:
                self._call(self._host.close())
            finally:
                self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # -- what is asked for most, with its types; the rest comes from `Host` as it is

    def run(self, assistant: str, question: Content, **options: Any) -> Reply:
        """Ask an assistant and wait for its reply. See `Host.run`."""
        return self._call(self._host.run(assistant, question, **options))

    def stream(self, assistant: str, question: Content, **options: Any) -> Iterator[Event]:
        """Ask an assistant; yields the run's events as they happen. See `Host.stream`."""
        return _iterated(self._host.stream(assistant, question, **options), self._call)

    def new_thread(self, assistant: str | None = None, **fields: Any) -> Thread:
        """Make a thread, where the assistant keeps its threads."""
        return self._call(self._host.new_thread(assistant, **fields))

    def say(self, thread_id: str, content: Content, **fields: Any) -> Message:
        """Add a user's message to a thread."""
        return self._call(self._host.say(thread_id, content, **fields))

    def validate(self, assistant: str) -> list[Problem]:
        """Say all that is wrong with an assistant."""
        return self._call(self._host.validate(assistant))


class Waiting:
    """An object of the host whose async methods are waited for."""

    def __init__(self, target: object, call: Call) -> None:
        self._target = target
        self._call = call

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not inspect.isroutine(value):
            return self._shown(value)

        @wraps(value)
        def method(*args: Any, **kwargs: Any) -> Any:
            named = {key: _unwrapped(given) for key, given in kwargs.items()}
            return self._settled(value(*map(_unwrapped, args), **named))

        return method

    def _settled(self, result: Any) -> Any:
        if inspect.iscoroutine(result):
            return self._shown(self._call(result))
        if isinstance(result, AsyncIterator):
            return _iterated(result, self._call)
        return self._shown(result)

    def _shown(self, value: Any) -> Any:
        return Waiting(value, self._call) if isinstance(value, _ASYNC) else value


def _unwrapped(value: Any) -> Any:
    """What the host itself gets: it waits by `await`."""
    return vars(value)["_target"] if isinstance(value, Waiting) else value


_ASYNC: Final = (Assistants, Threads, Files, Runs, Messages, Execution, Permissions)
"""What has async methods of its own. Everything else is plain data."""


def _iterated(items: AsyncIterator[T], call: Call) -> Iterator[T]:
    end = object()
    try:
        while (item := call(_next(items, end))) is not end:
            yield item
    finally:
        call(_close(items))


async def _opened(root: str | os.PathLike[str] | None, options: dict[str, Any]) -> Host:
    return Host(root, **options)


async def _next(items: AsyncIterator[Any], end: object) -> Any:
    return await anext(items, end)


async def _close(items: Any) -> None:
    await items.aclose()
