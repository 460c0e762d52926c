"""Listing a collection: its page is read, not its folders.

The index holds each document's `created_at`. It is believed while the collection's folder has the
modification time that was noted; folders that came and went by hand change that time. What the
store itself adds or removes it notes at once, and gives the folder a time finer than the kernel's
tick, so that any later change by hand shows.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable

from understudy.store import NAME, Document, Page, Path
from understudy_files import document_table as table
from understudy_files.disk import Disk
from understudy_files.documents import RACY_NS, Documents
from understudy_files.failures import ABSENT, reading, writing
from understudy_files.index import Index
from understudy_files.layout import collection_name, folder_name
from understudy_files.window import Window

_ATTEMPTS = 20
_UNKNOWN = -1
"""The time noted for a folder that changed so recently that a further change would not show."""


class Listing:
    """Lists the documents of one root and keeps their order in the index."""

    def __init__(self, disk: Disk, documents: Documents, index: Index) -> None:
        self._disk = disk
        self._documents = documents
        self._index = index

    def page(self, collection: Path, window: Window) -> Page[Document]:
        """The documents in the window. Raises `NotFound` for a cursor that does not exist."""
        name = collection_name(collection)
        self._catch_up(collection, name)
        for _ in range(_ATTEMPTS):
            rows, cursors = self._index.run(lambda db: table.select(db, name, window), write=False)
            found = {item: self._documents.read_for_page((*collection, item)) for item, _ in rows}
            if not self._correct(collection, name, [*rows, *cursors], found):
                break
        shown, more = window.arranged([found[item] for item, _ in rows])
        return Page(tuple(document for document in shown if document is not None), more)

    def note(self, path: Path, created_at: float) -> None:
        """A document was written."""
        name = collection_name(path[:-1])
        if self._is_kept(name):
            self._index.run(lambda db: table.note(db, name, path[-1], created_at), write=True)

    def make_folder(self, path: Path, unsynced: list[str] | None = None) -> None:
        """Make the folder of a document, if there is none; on the disk when this returns.

        `unsynced`: see `Disk.make_folder`.
        """
        name = folder_name(path)
        with writing(name):
            folder = self._disk.resolve(name)
            if os.path.isdir(folder):
                return
            self._disk.make_folder("/".join(path[:-1]), unsynced)
            try:
                self.change_folder(path, lambda: os.mkdir(folder), by=1)
            except FileExistsError:
                if not os.path.isdir(folder):
                    raise
            if unsynced is None:
                self._disk.sync_folder(os.path.dirname(folder))
            else:
                unsynced.append(os.path.dirname(folder))

    def change_folder(self, path: Path, change: Callable[[], None], *, by: int) -> None:
        """Add (`by=1`) or remove (`by=-1`) the folder of a document without a scan afterwards.

        `change` does it, and may raise `OSError`.
        """
        name, done = collection_name(path[:-1]), False

        def work(db: sqlite3.Connection) -> None:
            nonlocal done
            if not done:
                before = self._folder(name)
                change()
                done = True
                self._stamp(db, name, before, by)
                db.execute(table.WAIT if by > 0 else table.REMOVE, (name, path[-1]))

        if path[:-1] and self._is_kept(name):
            self._index.run(work, write=True)
        else:
            change()

    def _is_kept(self, name: str) -> bool:
        """Whether the index has the collection; one that it lacks is scanned when it is listed."""
        if not self._index.exists():
            return False
        return self._index.run(lambda db: table.noted(db, name), write=False) is not None

    def forget(self, path: Path) -> None:
        """All that was below a document is gone."""
        below = f"{folder_name(path)}/"
        if self._index.exists():
            self._index.run(lambda db: table.forget(db, below), write=True)

    def _stamp(
        self, db: sqlite3.Connection, name: str, before: os.stat_result | None, by: int
    ) -> None:
        if before is None or table.noted(db, name) != before.st_mtime_ns:
            return
        folder, now = self._disk.resolve(name), time.time_ns()
        os.utime(folder, ns=(now, now))
        after = os.stat(folder)
        # The number of links tells whether somebody else changed the folder in between.
        only_ours = after.st_nlink == before.st_nlink + by and after.st_mtime_ns == now
        table.note_folder(db, name, now if only_ours else _UNKNOWN)

    def _folder(self, name: str) -> os.stat_result | None:
        try:
            with reading(name):
                return os.stat(self._disk.resolve(name))
        except ABSENT:
            return None

    def _catch_up(self, collection: Path, name: str) -> None:
        status, now = self._folder(name), time.time_ns()
        noted, waiting = self._index.run(
            lambda db: (table.noted(db, name), table.ids(db, name, "AND created_at IS NULL")),
            write=False,
        )
        mtime_ns = 0 if status is None else status.st_mtime_ns
        if noted != mtime_ns:
            settled = abs(now - mtime_ns) > RACY_NS
            self._scan(collection, name, mtime_ns if settled else _UNKNOWN)
        # A folder can be there before its document: made by hand, or for a log.
        elif arrived := [i for i in waiting if self._documents.status((*collection, i))]:
            self._add(collection, name, arrived)

    def _scan(self, collection: Path, name: str, mtime_ns: int) -> None:
        present = self._names(name)
        known, waiting = self._index.run(
            lambda db: (table.ids(db, name, ""), table.ids(db, name, "AND created_at IS NULL")),
            write=False,
        )
        self._add(collection, name, sorted(present - (known - waiting)))
        gone = sorted(known - present)

        def work(db: sqlite3.Connection) -> None:
            table.remove(db, name, gone)
            table.note_folder(db, name, mtime_ns)

        self._index.run(work, write=True)

    def _names(self, name: str) -> set[str]:
        try:
            with reading(name), os.scandir(self._disk.resolve(name)) as entries:
                return {e.name for e in entries if NAME.fullmatch(e.name) and e.is_dir()}
        except ABSENT:
            return set()

    def _add(self, collection: Path, name: str, ids: list[str]) -> None:
        documents = [self._documents.read_for_page((*collection, item)) for item in ids]
        rows = [
            (name, item, None if document is None else document.created_at)
            for item, document in zip(ids, documents, strict=True)
        ]
        self._index.run(lambda db: db.executemany(table.ADD, rows), write=True)

    def _correct(
        self,
        collection: Path,
        name: str,
        rows: list[tuple[str, float]],
        found: dict[str, Document | None],
    ) -> bool:
        """Mend the rows that the documents themselves belie; whether there were any."""
        truth = {item: _created_at(found, self._documents, (*collection, item)) for item, _ in rows}
        wrong = [(truth[item], name, item) for item, noted in rows if truth[item] != noted]
        if wrong:
            self._index.run(lambda db: db.executemany(table.CORRECT, wrong), write=True)
        return bool(wrong)


def _created_at(
    found: dict[str, Document | None], documents: Documents, path: Path
) -> float | None:
    document = found[path[-1]] if path[-1] in found else documents.read_for_page(path)
    return None if document is None else document.created_at
