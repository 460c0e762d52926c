"""Locks between threads and processes. They are the kernel's, and die with their holder.

`flock` and not filelock: a tenth of the time for each lock, and no 23 ms of import at the start.
Never POSIX locks (`lockf`): closing any descriptor of the file would drop them.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from understudy.errors import Conflict
from understudy.store import Path
from understudy_files.disk import Disk
from understudy_files.failures import writing
from understudy_files.layout import INTERNAL, check_names

_FOLDER = f"{INTERNAL}/locks"
_STRIPES = 64
_DIGEST_BYTES = 16
_LONGEST_PAUSE = 0.05


class Locks:
    """The locks of one root."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._own: dict[str, Path] = {}
        """What is held for long in this process, by the name of its file."""

    @contextmanager
    def short(self, name: str) -> Iterator[None]:
        """Hold a name while something is written. Blocks: for worker threads.

        Names share 64 files, so that their number is bounded; a thread may hold only one.
        """
        with self._waited_for(f"{zlib.crc32(name.encode()) % _STRIPES:02}"):
            yield

    @contextmanager
    def index(self) -> Iterator[None]:
        """Hold the index while it is made. A thread may hold a name at the same time."""
        with self._waited_for("index"):
            yield

    @contextmanager
    def _waited_for(self, file: str) -> Iterator[None]:
        fd = self._open(f"{_FOLDER}/{file}")
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            _release(fd)

    @asynccontextmanager
    async def hold(self, path: Path, patience: float) -> AsyncIterator[None]:
        """Hold a name for long. Its file exists only while it is held or its holder was killed."""
        check_names(path)
        digest = hashlib.blake2b("/".join(path).encode(), digest_size=_DIGEST_BYTES).hexdigest()
        name = f"{_FOLDER}/{digest}"
        fd = await self._acquired(name, time.monotonic() + patience)
        if fd is None:
            raise Conflict(
                f"`{'/'.join(path)}` is in use by somebody else.",
                hint="Wait until it is free, or stop the other process.",
            )
        self._own[digest] = path
        try:
            with suppress(OSError):  # on a full disk a lock is as good without its name
                os.pwrite(fd, "/".join(path).encode(), 0)
            yield
        finally:
            del self._own[digest]
            self._give_back(name, fd)

    def held(self) -> list[Path]:
        """The names that are held for long, or whose holder was killed."""
        with suppress(FileNotFoundError), os.scandir(self._disk.path(_FOLDER)) as files:
            found = [self._held(file) for file in files if len(file.name) == 2 * _DIGEST_BYTES]
            return [path for path in found if path]
        return []

    def _held(self, file: os.DirEntry[str]) -> Path:
        """What a lock file says; nothing before its holder has it, or when it is given back."""
        if own := self._own.get(file.name):
            return own
        with suppress(OSError), open(file.path, encoding="utf-8") as opened:
            if text := opened.read():
                return tuple(text.split("/"))
        return ()

    def _give_back(self, name: str, fd: int) -> None:
        with suppress(OSError):
            os.unlink(self._disk.path(name))
        _release(fd)

    async def _acquired(self, name: str, deadline: float) -> int | None:
        pause = 0.001
        while (fd := self._try(name)) is None:
            rest = deadline - time.monotonic()
            if rest <= 0:
                return None
            await asyncio.sleep(min(pause, rest))
            pause = min(pause * 2, _LONGEST_PAUSE)
        return fd

    def _try(self, name: str) -> int | None:
        fd = self._open(name)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        # The last holder removed the file after we opened it: that lock guards no name.
        if os.fstat(fd).st_nlink:
            return fd
        os.close(fd)
        return None

    def _open(self, name: str) -> int:
        flags = os.O_RDWR | os.O_CREAT
        with writing(name):
            try:
                return self._disk.open_fd(name, flags)
            except FileNotFoundError:
                self._disk.make_folder(_FOLDER)
                return self._disk.open_fd(name, flags)


def _release(fd: int) -> None:
    # Said aloud, since a forked child may have inherited the descriptor.
    fcntl.flock(fd, fcntl.LOCK_UN)
    os.close(fd)
