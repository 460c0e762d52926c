"""SyncHost: the host for code that is not async."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, Self, TypeVar

from understudy.events import Event
from understudy.folder.problems import Problem
from understudy.host import Host, Reply
from understudy.library.messages import Content
from understudy.objects import Assistant, Message, Thread

T = TypeVar("T")


class SyncHost:
    """An open data root, without `async` and `await`.

        with SyncHost("~/assistants") as host:
            print(host.run("math-tutor", "What is 2^100?").text)

    It takes the arguments of `Host`, which works on a thread of its own; `call` reaches all of it:
    `host.call(host.inner.threads.get(thread_id))`. May be used from several threads.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self.inner = self.call(_opened(root, options))
        except BaseException:
            self._stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Do async work of the host and wait for the result."""
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
                self.call(self.inner.close())
            finally:
                self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # -- the main job

    def run(self, assistant: str, question: Content, **options: Any) -> Reply:
        """Ask an assistant and wait for its reply. See `Host.run`."""
        return self.call(self.inner.run(assistant, question, **options))

    def stream(self, assistant: str, question: Content, **options: Any) -> Iterator[Event]:
        """Ask an assistant; yields the run's events as they happen. See `Host.stream`."""
        events = self.inner.stream(assistant, question, **options)
        try:
            while (event := self.call(_next(events))) is not None:
                yield event
        finally:
            self.call(_close(events))

    # -- what is asked for most

    def assistants(self) -> list[Assistant]:
        """The assistants that can be read: the data root's own, then the built-in ones."""
        return self.call(self.inner.all_assistants())

    def new_thread(self, assistant: str | None = None, **fields: Any) -> Thread:
        """Make a thread, where the assistant keeps its threads."""
        return self.call(self.inner.new_thread(assistant, **fields))

    def messages(self, thread_id: str) -> list[Message]:
        """The messages of a thread, oldest first."""
        return self.call(_messages(self.inner, thread_id))

    def say(self, thread_id: str, content: Content, **fields: Any) -> Message:
        """Add a user's message to a thread."""
        return self.call(self.inner.say(thread_id, content, **fields))

    def validate(self, assistant: str) -> list[Problem]:
        """Say all that is wrong with an assistant."""
        return self.call(self.inner.validate(assistant))


async def _opened(root: str | os.PathLike[str] | None, options: dict[str, Any]) -> Host:
    return Host(root, **options)


async def _messages(host: Host, thread_id: str) -> list[Message]:
    return await (await host.messages(thread_id)).all()


async def _next(events: Any) -> Event | None:
    event: Event | None = await anext(events, None)
    return event


async def _close(events: Any) -> None:
    await events.aclose()
