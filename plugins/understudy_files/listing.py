"""Listing a collection: its page is read, not its folders.

The index holds each document's `created_at`. It is believed while the collection's folder has the
modification time that was noted; folders that came and went by hand change that time. What the
store itself adds or removes it notes at once, and gives the folder a time finer than the kernel's
tick, so that any later change by hand shows.
"""

# Making a Path object takes longer than the system call.
# ruff: noqa: PTH102, PTH112, PTH116, PTH120

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable

from understudy.errors import NotFound
from understudy.store import NAME, Document, Page, Path
from understudy_files.disk import Disk, sync_folder
from understudy_files.documents import RACY_NS, Documents
from understudy_files.failures import ABSENT, reading, writing
from understudy_files.index import Index
from understudy_files.layout import collection_name, folder_name
from understudy_files.window import Key, Window, as_value

_ATTEMPTS = 20
_COLUMNS = ("created_at", "id")
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
            rows, cursors = self._index.run(lambda db: _select(db, name, window), write=False)
            found = {item: self._documents.read_for_page((*collection, item)) for item, _ in rows}
            if not self._correct(collection, name, [*rows, *cursors], found):
                break
        shown, more = window.arranged([found[item] for item, _ in rows])
        return Page(tuple(document for document in shown if document is not None), more)

    def note(self, path: Path, created_at: float) -> None:
        """A document was written."""
        name = collection_name(path[:-1])
        if self._index.exists():
            self._index.run(lambda db: _note(db, name, path[-1], created_at), write=True)

    def make_folder(self, path: Path) -> None:
        """Make the folder of a document, if there is none; on the disk when this returns."""
        name = folder_name(path)
        with writing(name):
            folder = self._disk.resolve(name)
            if os.path.isdir(folder):
                return
            self._disk.make_folder("/".join(path[:-1]))
            try:
                self.change_folder(path, lambda: os.mkdir(folder), by=1)
            except FileExistsError:
                if not os.path.isdir(folder):
                    raise
            sync_folder(os.path.dirname(folder))

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
                db.execute(_WAIT if by > 0 else _REMOVE, (name, path[-1]))

        if path[:-1] and self._index.exists():
            self._index.run(work, write=True)
        else:
            change()

    def forget(self, path: Path) -> None:
        """All that was below a document is gone."""
        below = f"{folder_name(path)}/"
        if self._index.exists():
            self._index.run(lambda db: _forget(db, below), write=True)

    def _stamp(
        self, db: sqlite3.Connection, name: str, before: os.stat_result | None, by: int
    ) -> None:
        if before is None or _noted(db, name) != before.st_mtime_ns:
            return
        folder, now = self._disk.resolve(name), time.time_ns()
        os.utime(folder, ns=(now, now))
        after = os.stat(folder)
        # The number of links tells whether somebody else changed the folder in between.
        only_ours = after.st_nlink == before.st_nlink + by and after.st_mtime_ns == now
        _note_folder(db, name, now if only_ours else _UNKNOWN)

    def _folder(self, name: str) -> os.stat_result | None:
        try:
            with reading(name):
                return os.stat(self._disk.resolve(name))
        except ABSENT:
            return None

    def _catch_up(self, collection: Path, name: str) -> None:
        status, now = self._folder(name), time.time_ns()
        noted, waiting = self._index.run(
            lambda db: (_noted(db, name), _ids(db, name, "AND created_at IS NULL")), write=False
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
            lambda db: (_ids(db, name, ""), _ids(db, name, "AND created_at IS NULL")), write=False
        )
        self._add(collection, name, sorted(present - (known - waiting)))
        gone = sorted(known - present)

        def work(db: sqlite3.Connection) -> None:
            _remove(db, name, gone)
            _note_folder(db, name, mtime_ns)

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
        self._index.run(lambda db: db.executemany(_ADD, rows), write=True)

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
            self._index.run(lambda db: db.executemany(_CORRECT, wrong), write=True)
        return bool(wrong)


_ADD = """
INSERT INTO documents (collection, id, created_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET created_at = excluded.created_at WHERE documents.created_at IS NULL
"""
_CORRECT = "UPDATE documents SET created_at = ? WHERE collection = ? AND id = ?"
_WAIT = "INSERT OR IGNORE INTO documents (collection, id) VALUES (?, ?)"
_REMOVE = "DELETE FROM documents WHERE collection = ? AND id = ?"


def _created_at(
    found: dict[str, Document | None], documents: Documents, path: Path
) -> float | None:
    document = found[path[-1]] if path[-1] in found else documents.read_for_page(path)
    return None if document is None else document.created_at


def _select(
    db: sqlite3.Connection, name: str, window: Window
) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The rows in the window, and those of its cursors: (id, created_at)."""
    after, before = (_key(db, name, cursor) for cursor in (window.after, window.before))
    clause, values = window.clause(_COLUMNS, after, before)
    found = db.execute(
        "SELECT id, created_at FROM documents WHERE collection = ? AND created_at IS NOT NULL"
        f"{clause}",
        [name, *values],
    ).fetchall()
    return found, [(key[1], key[0]) for key in (after, before) if key]


def _key(db: sqlite3.Connection, name: str, cursor: str | None) -> Key | None:
    if cursor is None:
        return None
    key: Key | None = db.execute(
        "SELECT created_at, id FROM documents"
        " WHERE collection = ? AND id = ? AND created_at IS NOT NULL",
        (name, as_value(cursor)),
    ).fetchone()
    if key is None:
        raise NotFound(f"There is no `{cursor}` in `{name}`.", hint="Begin the listing anew.")
    return key


def _noted(db: sqlite3.Connection, name: str) -> int | None:
    row = db.execute("SELECT mtime_ns FROM folders WHERE collection = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def _ids(db: sqlite3.Connection, name: str, condition: str) -> set[str]:
    query = f"SELECT id FROM documents WHERE collection = ? {condition}"
    return {item for (item,) in db.execute(query, (name,))}


def _note(db: sqlite3.Connection, name: str, item: str, created_at: float) -> None:
    db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (name, item, created_at))


def _note_folder(db: sqlite3.Connection, name: str, mtime_ns: int) -> None:
    db.execute("INSERT OR REPLACE INTO folders VALUES (?, ?)", (name, mtime_ns))


def _remove(db: sqlite3.Connection, name: str, ids: list[str]) -> None:
    db.executemany(_REMOVE, [(name, item) for item in ids])


def _forget(db: sqlite3.Connection, below: str) -> None:
    end = below[:-1] + "0"  # the character behind "/"
    db.execute(
        "DELETE FROM records WHERE log IN (SELECT number FROM logs WHERE log >= ? AND log < ?)",
        (below, end),
    )
    for table, column in (("documents", "collection"), ("folders", "collection"), ("logs", "log")):
        db.execute(f"DELETE FROM {table} WHERE {column} >= ? AND {column} < ?", (below, end))
