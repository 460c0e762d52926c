"""The timers of a script: the host waits, and fires them."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable


class Timers:
    """Timers by id. `fire` is called when one is due."""

    def __init__(self, fire: Callable[[int], None]) -> None:
        self._fire = fire
        self._handles: dict[int, TimerHandle] = {}

    def __bool__(self) -> bool:
        return bool(self._handles)

    def set(self, timer: int, milliseconds: float) -> None:
        """Start a timer."""
        loop = asyncio.get_running_loop()
        self._handles[timer] = loop.call_later(milliseconds / 1000, self._due, timer)

    def forget(self, timer: int) -> None:
        """Stop a timer, if it runs."""
        handle = self._handles.pop(timer, None)
        if handle is not None:
            handle.cancel()

    def clear(self) -> None:
        """Stop all timers."""
        for timer in list(self._handles):
            self.forget(timer)

    def _due(self, timer: int) -> None:
        del self._handles[timer]
        self._fire(timer)
