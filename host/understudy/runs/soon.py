"""What can be stored a moment later: that of all runs of a host, each in its turn."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

DELAY_SECONDS: Final = 1.0
"""What came since is what a kill may cost of an answer; its model would be asked again anyway."""
_GRAIN_SECONDS: Final = 0.02
_log = logging.getLogger("understudy.runs")


class Soon:
    """Calls back within `DELAY_SECONDS`.

    A timer and a task for each run would cost more than what they write: with hundreds of runs,
    each finds a word or two.
    """

    def __init__(self) -> None:
        self._due: deque[tuple[float, Callable[[], Awaitable[None]]]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._working: asyncio.Task[None] | None = None

    def call(self, write: Callable[[], Awaitable[None]]) -> None:
        """Have it called once; what it raises is logged."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # a host outlives the loop that it was first used in
            self._loop = loop
            self._due.clear()
        self._due.append((loop.time() + DELAY_SECONDS - _GRAIN_SECONDS, write))
        if len(self._due) == 1:
            loop.call_later(DELAY_SECONDS, self._begin)

    def _begin(self) -> None:
        self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._due and self._due[0][0] <= loop.time():
            try:
                await self._due[0][1]()
            except Exception:
                _log.exception("A journal could not be written.")
            self._due.popleft()
        if self._due:
            loop.call_later(max(self._due[0][0] - loop.time(), _GRAIN_SECONDS), self._begin)
