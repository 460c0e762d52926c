"""Our end of the channel to the jail, where no socket leads: lines wait here until it asks."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Callable


class Pipe(asyncio.Transport):
    """What a `Channel` writes to. `aborted` is called when the channel is given up."""

    def __init__(self, aborted: Callable[[], None]) -> None:
        super().__init__()
        self._aborted = aborted
        self._lines: list[bytes] = []
        self._size = 0
        self._reader: Future[None] | None = None
        self.is_read = asyncio.Event()
        self.is_read.set()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Lines for the jail."""
        self._lines.append(bytes(data))
        self._size += len(data)
        self._wake()

    def get_write_buffer_size(self) -> int:
        """How many bytes wait."""
        return self._size

    async def read(self) -> str:
        """All that has been written, as soon as there is some; nothing once another reads."""
        self._wake()
        if not self._lines:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        text = b"".join(self._lines).decode()
        self._lines, self._size = [], 0
        return text

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def pause_reading(self) -> None:
        """Take no more of what the jail says."""
        self.is_read.clear()

    def resume_reading(self) -> None:
        """Go on."""
        self.is_read.set()

    def abort(self) -> None:
        """Give the channel up."""
        self._aborted()
