"""Files below one root: opened so that nothing leads out of it, replaced so that none is torn."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path as FilePath
from typing import Final

from understudy.errors import Invalid
from understudy_files.failures import not_a_file, reading

# A pipe must not hold up whoever opens it, and the last component must be what was checked.
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_STALE_SECONDS = 3600
_REMEMBERED = 100_000
NEW_FILE_MODE: Final = 0o666


class Disk:
    """Access to the files below `root`, by names relative to it. The root may be a link.

    Not `durable`, nothing is waited for until it is on the disk: a power cut may take it back.
    """

    def __init__(self, root: FilePath, *, durable: bool = True) -> None:
        self.durable = durable
        self.root = os.path.abspath(root)
        self._real_root = os.path.realpath(self.root)
        self._swept: set[str] = set()

    def path(self, name: str) -> str:
        """The full path, links not followed. For `stat`; never for opening."""
        return f"{self.root}/{name}"

    def resolve(self, name: str) -> str:
        """The full path, all links followed. Raises `Invalid` if that is outside the root."""
        place = self._real_root
        for part in name.split("/"):
            place = f"{place}/{part}"
            try:
                mode = os.lstat(place).st_mode
            except OSError:
                break
            if stat.S_ISLNK(mode):
                return self._followed(name)
        return f"{self._real_root}/{name}"

    def _followed(self, name: str) -> str:
        found = os.path.realpath(self.path(name))
        if not os.path.join(found, "").startswith(os.path.join(self._real_root, "")):
            raise Invalid(
                f"`{name}` is a symbolic link that leads out of the data folder.",
                hint="Copy what it points to into the data folder instead.",
            )
        return found

    def open_fd(self, name: str, flags: int) -> int:
        """Open a regular file; the caller closes it. Raises `OSError` and `Invalid`."""
        fd = os.open(self.resolve(name), flags | _SAFE, NEW_FILE_MODE)
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return fd
        os.close(fd)
        raise not_a_file(name)

    @contextmanager
    def open(self, name: str) -> Iterator[int]:
        """Open a regular file to read. Raises `ABSENT`, `StoreError`, `Invalid`."""
        with reading(name):
            fd = self.open_fd(name, os.O_RDONLY)
        try:
            with reading(name):
                yield fd
        finally:
            os.close(fd)

    def read(self, name: str, limit: int) -> tuple[bytes, os.stat_result]:
        """A whole file of at most `limit` bytes, and its status from before it was read."""
        with self.open(name) as fd:
            status = os.fstat(fd)
            data = os.read(fd, min(status.st_size, limit) + 1)
        if len(data) > limit:
            raise Invalid(f"`{name}` is larger than {limit >> 20} MB.")
        return data, status

    def make_folder(self, name: str, unsynced: list[str] | None = None) -> None:
        """Make a folder and those above it. They are on the disk before this returns.

        With `unsynced`, the folders that hold the new names are added to it, outermost first: to
        sync them behind the file they are made for costs next to nothing.
        """
        folder, missing = self.resolve(name), []
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for folder in reversed(missing):
            with suppress(FileExistsError):
                os.mkdir(folder)
            if unsynced is None:
                self.sync_folder(os.path.dirname(folder))
            else:
                unsynced.append(os.path.dirname(folder))

    def sync_folder(self, folder: str) -> None:
        """Make the names in a folder survive a power cut."""
        if self.durable:
            sync_folder(folder)

    def stage(self, name: str) -> Staged:
        """Begin to replace a file, or to make it. Raises `OSError` and `Invalid`."""
        target = self.resolve(name)
        if os.path.lexists(target) and not os.path.isfile(target):
            raise not_a_file(name)
        self._sweep(os.path.dirname(target))
        return Staged(target)

    def _sweep(self, folder: str) -> None:
        """Remove what a killed process left half written: once for each folder."""
        if folder in self._swept:
            return
        if len(self._swept) >= _REMEMBERED:
            self._swept.clear()
        self._swept.add(folder)
        _sweep(folder)


class Staged:
    """A file under a hidden name that takes its target's place at once, or never."""

    def __init__(self, target: str) -> None:
        folder, name = os.path.split(target)
        self._target = target
        self._temporary = os.path.join(folder, f".{name}.{os.urandom(6).hex()}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._fd = os.open(self._temporary, flags, NEW_FILE_MODE)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        write_all(self._fd, data)

    def commit(self, *, durable: bool, mtime_ns: int | None = None) -> os.stat_result:
        """Take the target's place, permissions included."""
        with suppress(FileNotFoundError):
            os.fchmod(self._fd, stat.S_IMODE(os.stat(self._target).st_mode))
        if mtime_ns is not None:
            os.utime(self._fd, ns=(mtime_ns, mtime_ns))
        if durable:
            os.fsync(self._fd)
        os.replace(self._temporary, self._target)
        status = os.fstat(self._fd)
        self._close()
        if durable:
            sync_folder(os.path.dirname(self._target))
        return status

    def discard(self) -> None:
        """Leave no trace. For a commit that failed as well."""
        self._close()
        with suppress(OSError):
            os.unlink(self._temporary)

    def _close(self) -> None:
        # Only once: the number may mean another file by the next time.
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    """Write all of it: one system call unless the disk fills up under way."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def sync_folder(folder: str) -> None:
    """Make the names in a folder survive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sweep(folder: str) -> None:
    # Younger ones may be somebody's who is writing now.
    for name in os.listdir(folder):
        if name.startswith(".") and name.endswith(".tmp"):
            leftover = os.path.join(folder, name)
            with suppress(OSError):
                if time.time() - os.stat(leftover).st_mtime > _STALE_SECONDS:
                    os.unlink(leftover)
