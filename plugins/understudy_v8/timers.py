"""The timers of a script: the host waits, and fires them."""

from __future__ import annotations

import asyncio
import logging
from asyncio import Task
from collections.abc import Awaitable, Callable

_log = logging.getLogger("understudy.v8")


class Timers:
    """Timers by id. `wait` takes seconds; `fire` is called when one is due."""

    def __init__(
        self, wait: Callable[[float], Awaitable[object]], fire: Callable[[int], None]
    ) -> None:
        self._wait = wait
        self._fire = fire
        self._waiting: dict[int, Task[None]] = {}
        self._tasks: set[Task[None]] = set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def set(self, timer: int, milliseconds: float) -> None:
        """Start a timer."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._due(timer, milliseconds / 1000))
        self._waiting[timer] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget(self, timer: int) -> None:
        """Stop a timer, if it runs."""
        task = self._waiting.pop(timer, None)
        if task is not None:
            task.cancel()

    def clear(self) -> None:
        """Stop all timers."""
        for timer in list(self._waiting):
            self.forget(timer)

    async def close(self) -> None:
        """Stop all timers, and wait until they have stopped."""
        self.clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _due(self, timer: int, seconds: float) -> None:
        try:
            await self._wait(seconds)
        except Exception:  # nobody awaits a timer: what waits for it is found to be stuck
            _log.exception("a timer could not be waited for")
            self._waiting.pop(timer, None)
            return
        del self._waiting[timer]
        self._fire(timer)
