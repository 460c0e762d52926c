"""Logs: JSON lines, appended whole; writers that wait together share one fsync."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from understudy.store import Entry, Path, Record
from understudy_files.disk import Disk, write_all
from understudy_files.failures import ABSENT, writing
from understudy_files.json_text import dump
from understudy_files.layout import log_name
from understudy_files.lines import lines
from understudy_files.torn import is_torn, mend

_REMEMBERED = 100_000
_APPEND = os.O_RDWR | os.O_APPEND


class _NotNowError(Exception):
    """The log is not there yet, or somebody else is writing it."""


@dataclass(frozen=True, slots=True)
class _Request:
    """Lines that somebody wants to append; `done` gets the position of the last."""

    data: bytes
    durable: bool
    done: Future[int] = field(default_factory=Future)


_Appending = Generator[None, None, int]


class Logs:
    """Appends to and reads the logs of one root."""

    def __init__(self, disk: Disk, workers: Executor, make_folder: Callable[[Path], None]) -> None:
        self._disk = disk
        self._make_folder = make_folder
        self._workers = workers
        self._mutex = threading.Lock()
        self._waiting: dict[str, list[_Request]] = {}
        self._looked_at: set[str] = set()
        self._unsynced: set[str] = set()
        """Logs that were made, but not yet durably."""

    def append(self, log: Path, records: Sequence[Record], *, durable: bool) -> Future[int]:
        """Add records, all or none. Whatever waits for the same log is written together."""
        name = log_name(log)
        text = "".join(f"{dump(record)}\n" for record in records)
        request = _Request(text.encode(), durable)
        with self._mutex:
            queue = self._waiting.get(name)
            if queue is not None:
                queue.append(request)
                return request.done
            self._waiting[name] = []
        self._begin(name, request)
        return request.done

    def read(self, log: Path, after: int) -> list[Entry]:
        """The records behind a position."""
        name, after = log_name(log), max(after, 0)
        try:
            with self.open(name) as fd:
                data = os.pread(fd, max(os.fstat(fd).st_size - after, 0), after)
        except ABSENT:
            return []
        return [Entry(line.end, line.record) for line in lines(data, after, name)]

    def size(self, log: Path) -> int:
        """The bytes that a log takes."""
        try:
            return os.stat(self._disk.path(log_name(log))).st_size
        except OSError:
            return 0

    @contextmanager
    def open(self, name: str) -> Iterator[int]:
        """Open a log to read; its torn tail is mended first. Raises `ABSENT` and others."""
        if name not in self._looked_at:
            self._look_at(name)
        with self._disk.open(name) as fd:
            yield fd

    def _begin(self, name: str, request: _Request) -> None:
        # To write takes microseconds, less than handing it to a thread; to wait for the disk, more.
        batch = [request]
        request.done.set_running_or_notify_cancel()
        work = self._append(name, batch, wait=False)
        try:
            is_over = self._advance(work, batch)
        except _NotNowError:
            is_over, work = False, self._append(name, batch, wait=True)
        if is_over:
            batch = self._next(name)
            work = self._append(name, batch, wait=True)
        if batch:
            self._workers.submit(self._drain, name, work, batch)

    def _drain(self, name: str, work: _Appending, batch: list[_Request]) -> None:
        while batch:
            while not self._advance(work, batch):
                pass
            batch = self._next(name)
            work = self._append(name, batch, wait=True)

    def _next(self, name: str) -> list[_Request]:
        with self._mutex:
            waiting = self._waiting[name]
            batch = [each for each in waiting if each.done.set_running_or_notify_cancel()]
            if batch:
                self._waiting[name] = []
            else:
                del self._waiting[name]
            return batch

    def _advance(self, work: _Appending, batch: list[_Request]) -> bool:
        """Append up to where the disk is waited for, or to the end: then the requests are settled.

        Whether it was the end. Raises `_NotNowError`.
        """
        try:
            next(work)
        except StopIteration as end:
            position = end.value
            for request in batch:
                position += len(request.data)
                request.done.set_result(position)
        except _NotNowError:
            raise
        except Exception as error:
            for request in batch:
                request.done.set_exception(error)
        else:
            return False
        return True

    def _append(self, name: str, batch: list[_Request], *, wait: bool) -> _Appending:
        """Write the lines; pauses before it waits for the disk. Returns where they begin."""
        data = b"".join(request.data for request in batch)
        with writing(name), self._held(name, wait=wait, make=True) as fd:
            if is_torn(fd):
                mend(fd, name, self._disk.resolve(name))
            end = os.fstat(fd).st_size
            try:
                write_all(fd, data)
                if any(request.durable for request in batch):
                    yield
                    self._sync(fd, name)
            except OSError:
                os.ftruncate(fd, end)
                raise
        return end

    def _sync(self, fd: int, name: str) -> None:
        os.fsync(fd)
        if name in self._unsynced:
            self._disk.sync_folder(os.path.dirname(self._disk.resolve(name)))
            self._unsynced.discard(name)

    def _look_at(self, name: str) -> None:
        """Mend what an earlier process left; not while somebody writes, nor in a read-only root."""
        try:
            with self._held(name, wait=False, make=False) as fd:
                if is_torn(fd):
                    mend(fd, name, self._disk.resolve(name))
        except (OSError, _NotNowError):
            return
        if len(self._looked_at) >= _REMEMBERED:
            self._looked_at.clear()
        self._looked_at.add(name)

    @contextmanager
    def _held(self, name: str, *, wait: bool, make: bool) -> Iterator[int]:
        """The log, open to append, with its lock. Without `wait`: not waited for."""
        while True:
            fd = self._made(name, wait=wait) if make else self._disk.open_fd(name, _APPEND)
            try:
                _lock(fd, wait)
                if self._is_current(fd, name):
                    yield fd
                    return
            finally:
                fcntl.flock(fd, fcntl.LOCK_UN)
                os.close(fd)

    def _made(self, name: str, *, wait: bool) -> int:
        """The log, made if need be; without `wait` only where its folder is there."""
        try:
            return self._disk.open_fd(name, _APPEND)
        except FileNotFoundError:
            self._unsynced.add(name)
        try:
            return self._disk.open_fd(name, _APPEND | os.O_CREAT)
        except FileNotFoundError:
            if not wait:
                raise _NotNowError from None
        self._make_folder(tuple(name.split("/")[:-1]))
        return self._disk.open_fd(name, _APPEND | os.O_CREAT)

    def _is_current(self, fd: int, name: str) -> bool:
        """Whether the name still means this file: editors replace files, people delete them."""
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(fd), os.stat(self._disk.path(name)))
        return False


def _lock(fd: int, wait: bool) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise _NotNowError from None
