"""Where the files are: attached to the thread, or in `files/` beside assistant.json."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from understudy_rag.documents import Unreadable

if TYPE_CHECKING:
    from understudy.objects import File
    from understudy.runs.run import Run

MAX_FILE_BYTES: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read. `key` changes whenever its content may have."""

    name: str
    file_id: str | None
    size: int
    key: tuple[str, ...]
    open: Callable[[], Awaitable[bytes]] = field(hash=False, compare=False, repr=False)

    async def read(self) -> bytes:
        """All bytes. Raises `Unreadable` if there are too many."""
        if self.size > MAX_FILE_BYTES:
            raise too_large()
        return await self.open()


def too_large() -> Unreadable:
    """The error for a file beyond the limit."""
    return Unreadable(f"It is larger than {MAX_FILE_BYTES // 2**20} MB; split it.")


def attached(run: Run) -> Iterator[Source]:
    """The files of the thread's messages."""
    for file in run.files:
        yield _attached(run, file)


def _attached(run: Run, file: File) -> Source:
    async def read() -> bytes:
        pieces = run.open_file(file.id)
        try:
            return await _joined(pieces)
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()

    key = ("attached", file.id, str(file.created_at), str(file.bytes))
    return Source(file.filename, file.id, file.bytes, key, read)


async def _joined(pieces: AsyncIterator[bytes]) -> bytes:
    data = bytearray()
    async for piece in pieces:
        data += piece
        if len(data) > MAX_FILE_BYTES:
            raise too_large()
    return bytes(data)


def beside(folder: Path) -> Iterator[Source]:
    """The files below a folder, by name; hidden ones are left out, and links that lead outside."""
    root = folder.resolve()
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file() and path.resolve().is_relative_to(root):
                yield _beside(path, root)


def _beside(path: Path, root: Path) -> Source:
    status = path.stat()
    name = path.relative_to(root).as_posix()
    key = ("beside", str(path), str(status.st_mtime_ns), str(status.st_size))
    return Source(name, None, status.st_size, key, lambda: asyncio.to_thread(path.read_bytes))
