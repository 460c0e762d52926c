"""Blobs: bytes in a file of their own, read and written in pieces."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import Executor
from typing import Final

from understudy.errors import NotFound
from understudy.store import Path
from understudy_files.disk import Disk, Staged
from understudy_files.failures import ABSENT, reading, writing
from understudy_files.layout import blob_name
from understudy_files.workers import settled

PIECE: Final = 65_536


class Blobs:
    """Reads and writes the blobs of one root."""

    def __init__(self, disk: Disk, workers: Executor, make_folder: Callable[[Path], None]) -> None:
        self._disk = disk
        self._workers = workers
        self._make_folder = make_folder

    async def write(self, path: Path, chunks: AsyncIterable[bytes]) -> int:
        """Store bytes once all have arrived, and return their number."""
        name, size, piece = blob_name(path), 0, bytearray()
        staged = await settled(self._workers.submit(self._staged, path, name))
        try:
            async for chunk in chunks:
                piece += chunk
                size += len(chunk)
                if len(piece) >= PIECE:
                    await settled(self._workers.submit(_write, name, staged, bytes(piece)))
                    piece.clear()
            last, durable = bytes(piece), self._disk.durable
            await settled(self._workers.submit(_finish, name, staged, last, durable))
        except BaseException:
            staged.discard()
            raise
        return size

    async def read(self, path: Path) -> AsyncIterator[bytes]:
        """The bytes in pieces. Raises `NotFound`."""
        name = blob_name(path)
        fd = self._opened(name)
        try:
            while piece := await settled(self._workers.submit(_read, name, fd)):
                yield piece
        finally:
            os.close(fd)

    def _staged(self, path: Path, name: str) -> Staged:
        self._make_folder(path[:-1])
        with writing(name):
            return self._disk.stage(name)

    def _opened(self, name: str) -> int:
        try:
            with reading(name):
                return self._disk.open_fd(name, os.O_RDONLY)
        except ABSENT:
            raise NotFound(f"There is no `{name}`.") from None


def _write(name: str, staged: Staged, data: bytes) -> None:
    with writing(name):
        staged.write(data)


def _finish(name: str, staged: Staged, data: bytes, durable: bool) -> None:
    with writing(name):
        staged.write(data)
        staged.commit(durable=durable)


def _read(name: str, fd: int) -> bytes:
    with reading(name):
        return os.read(fd, PIECE)
