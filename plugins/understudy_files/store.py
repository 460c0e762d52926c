"""FileStore: the Store protocol on a folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from pathlib import Path as FilePath
from typing import ParamSpec, TypeVar

from understudy.errors import Conflict
from understudy.store import ANY, Checkup, Document, Durability, Entry, Order, Page, Path, Record
from understudy_files.blobs import Blobs
from understudy_files.checkup import look_over
from understudy_files.disk import Disk
from understudy_files.documents import Documents, version_of
from understudy_files.index import Index
from understudy_files.json_text import dump
from understudy_files.layout import document_names, folder_name
from understudy_files.listing import Listing
from understudy_files.locks import Locks
from understudy_files.logs import Logs
from understudy_files.records import Records
from understudy_files.removal import Removal
from understudy_files.small import Small
from understudy_files.window import Window
from understudy_files.workers import settled

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 8
_READ_AT_ONCE = 65_536
"""Bytes of a log that are read on the event loop; more is left to a thread."""


class FileStore:
    """A store in a folder. What takes microseconds is done on the event loop, all else in threads.

    A call that is cancelled first waits for a write that has begun: done, or not done. With
    `durability="fast"` no call waits for the disk: what a power cut may take back is the
    operating system's to say.
    """

    def __init__(self, root: FilePath, *, durability: Durability = "full") -> None:
        self._disk = Disk(root, durable=durability == "full")
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="understudy-files")
        self._locks = Locks(self._disk)
        self._index = Index(self._disk, self._locks)
        self._documents = Documents(self._disk)
        self._listing = Listing(self._disk, self._documents, self._index)
        self._logs = Logs(self._disk, self._workers, self._listing.make_folder)
        self._records = Records(self._logs, self._index)
        self._small = Small(self._disk, self._documents, self._logs)
        self._blobs = Blobs(self._disk, self._workers, self._listing.make_folder)
        self._removal = Removal(self._disk, self._locks, self._documents, self._listing)

    async def get(self, path: Path) -> Document | None:
        """Read a document. The value is the caller's own copy."""
        return self._documents.read(path)

    async def put(
        self, path: Path, value: Record, *, expect: str | None = ANY, durable: bool = True
    ) -> str:
        """Write a document. Comments in a file written by hand are kept where they can be."""
        lasting = durable and self._disk.durable
        return await self._work(self._put, path, dump(value, indent=2), expect, lasting)

    async def delete(self, path: Path, *, trash: bool = False) -> bool:
        """Remove a document's folder, or move it to `.trash/<name>-<time>` below the root."""
        return await self._work(self._removal.remove, path, trash)

    async def page(
        self,
        collection: Path,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Document]:
        """List documents. A folder that cannot be read is listed with its error."""
        window = Window(limit, order, after, before)
        page = self._small.page(collection, window)
        if page is not None:
            return page
        return await self._work(self._listing.page, collection, window)

    async def append(self, log: Path, records: Sequence[Record], *, durable: bool = True) -> int:
        """Add records. Positions are byte offsets, each behind its record."""
        if not records and not durable:
            return self._logs.size(log)
        lasting = durable and self._disk.durable
        return await settled(self._logs.append(log, records, durable=lasting))

    async def read(self, log: Path, *, after: int = 0) -> list[Entry]:
        """Read a log. Lines that are not JSON objects are skipped and logged."""
        if self._logs.size(log) - after <= _READ_AT_ONCE:
            return self._logs.read(log, after)
        return await self._work(self._logs.read, log, after)

    async def page_records(
        self,
        log: Path,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Record]:
        """List a log's records by id. Costs the page, and what is new in the log."""
        window = Window(limit, order, after, before)
        if self._small.has(log):
            return self._small.page_records(log, window)
        return await self._work(self._records.page, log, window)

    async def get_record(self, log: Path, record_id: str) -> Record | None:
        """Find a record by its id."""
        if self._small.has(log):
            return self._small.get_record(log, record_id)
        return await self._work(self._records.get, log, record_id)

    async def write_blob(self, path: Path, chunks: AsyncIterable[bytes]) -> int:
        """Store bytes as a file of that name."""
        return await self._blobs.write(path, chunks)

    def read_blob(self, path: Path) -> AsyncIterator[bytes]:
        """The bytes of a file, in pieces of 64 KB."""
        return self._blobs.read(path)

    async def held(self) -> list[Path]:
        """See `understudy.store.RemembersLocks`."""
        return await self._work(self._locks.held)

    def lock(self, path: Path, *, timeout: float = 10.0) -> AbstractAsyncContextManager[None]:
        """Hold a name; the kernel frees it when the process dies."""
        return self._locks.hold(path, timeout)

    def folder(self, path: Path) -> FilePath:
        """The document's folder. Raises `Invalid` if a link leads it out of the root."""
        name = folder_name(path)
        self._disk.resolve(name)
        return FilePath(self._disk.path(name))

    async def check(self) -> Checkup:
        """Read every document and every line of every log, and say what is damaged."""
        return await self._work(look_over, self._disk, self._documents)

    async def close(self) -> None:
        """Wait for writes that are under way and close the index."""
        await asyncio.to_thread(self._workers.shutdown)
        self._index.close()

    async def _work(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await settled(self._workers.submit(task, *args, **kwargs))

    def _put(self, path: Path, text: str, expect: str | None, durable: bool) -> str:
        name = document_names(path)[0]
        with self._locks.short(name):
            status = self._documents.status(path)
            _check(name, None if status is None else version_of(status), expect)
            unsynced: list[str] = []
            if status is None:
                self._listing.make_folder(path, unsynced)
            before = None if status is None else self._documents.time(path)
            version, created_at = self._documents.write(path, text, durable=durable)
            for folder in reversed(unsynced) if durable else ():
                self._disk.sync_folder(folder)
        if before != created_at:
            self._listing.note(path, created_at)
        return version


def _check(name: str, version: str | None, expect: str | None) -> None:
    if expect in (ANY, version):
        return
    state = "does not exist" if version is None else "exists already"
    if expect is not None and version is not None:
        state = "was changed by somebody else"
    raise Conflict(f"`{name}` {state}.", hint="Read it again, then repeat the change.")
