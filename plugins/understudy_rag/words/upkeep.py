"""Making segments in the background, so that the next searches are faster."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from understudy.errors import UnderstudyError
from understudy_rag.stored import StoredIndex

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]
_log = logging.getLogger("understudy.rag")


class Upkeep:
    """One task for each store that is behind; one at a time works."""

    def __init__(self, in_thread: InThread) -> None:
        self._in_thread = in_thread
        self._room = asyncio.Semaphore(1)
        self._tasks: dict[StoredIndex, asyncio.Task[None]] = {}
        self._given_up: set[StoredIndex] = set()

    def begin(self, stored: StoredIndex) -> None:
        """See to a store, unless that is under way or has failed."""
        if stored.is_behind and stored not in self._tasks and stored not in self._given_up:
            name = f"segments of {stored.path}"
            self._tasks[stored] = asyncio.create_task(self._work(stored), name=name)

    async def stop(self, stored: StoredIndex) -> None:
        """Stop working on a store, and wait until that has ended."""
        self._given_up.discard(stored)
        if task := self._tasks.pop(stored, None):
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """Stop; what is made so far is kept."""
        for stored in list(self._tasks):
            await self.stop(stored)

    async def _work(self, stored: StoredIndex) -> None:
        try:
            async with self._room:
                while await self._in_thread(stored.gather):
                    pass
        except UnderstudyError as error:
            self._given_up.add(stored)
            _log.warning("%s is searched without segments: %s", stored.path.parent.name, error)
        finally:
            self._tasks.pop(stored, None)
