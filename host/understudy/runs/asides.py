"""Lines of a run's log that come while something else is under way: what a process prints."""

from __future__ import annotations

import asyncio
from asyncio import Task
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

JSON = dict[str, Any]


class Asides:
    """Writes lines by the effect `log` while it is open; what comes later goes to `late`."""

    def __init__(
        self, write: Callable[[JSON], Awaitable[Any]], late: Callable[[str, str], None]
    ) -> None:
        self._write = write
        self._late = late
        self._open = 0
        self._writing: set[Task[None]] = set()

    def log(self, level: str, text: str) -> None:
        """Take a line. It is written in the background."""
        if not self._open:  # perhaps the run is over, and its journal closed
            self._late(level, text)
            return
        task = asyncio.get_running_loop().create_task(self._written(level, text))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """As long as something is under way; at the end its lines have been written."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            if self._writing:
                await asyncio.wait(self._writing)

    async def _written(self, level: str, text: str) -> None:
        await self._write({"level": level, "text": text})
