"""Answers reach the code that waits for them in the order in which the journal has them.

Without it, two effects side by side could end in one order and be seen in the other, and a run that
is taken up would see them as the journal tells.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Order:
    """A queue of answers on their way."""

    def __init__(self) -> None:
        self._queue: deque[asyncio.Event] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter at once, and leave when all who entered before have left."""
        own = asyncio.Event()
        if not self._queue:
            own.set()
        self._queue.append(own)
        try:
            yield
            await own.wait()
        finally:
            self._leave(own)

    def _leave(self, own: asyncio.Event) -> None:
        self._queue.remove(own)
        if self._queue:
            self._queue[0].set()
