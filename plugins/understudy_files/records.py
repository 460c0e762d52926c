"""Records of a log by their ids: where each is, kept in the index, read from the log itself.

The index is carried on from where it stopped. It is made again if the log was rewritten by hand:
another inode, a shorter file, another time at the same size, other bytes before the place where
it stopped, or a record that is not where it should be.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from understudy.errors import StoreError
from understudy.store import Page, Path, Record
from understudy_files.failures import ABSENT
from understudy_files.index import Index
from understudy_files.layout import log_name
from understudy_files.lines import Line, lines, parse
from understudy_files.logs import Logs
from understudy_files.window import Key, Window, as_value, unknown

T = TypeVar("T")
Query = Callable[[sqlite3.Connection, int], T]
_PIECE = 2**20
_TAIL = 256
_COLUMNS = ("place",)


class _BeliedError(Exception):
    """A record is not where the index says."""


class Records:
    """Finds the records of one root's logs."""

    def __init__(self, logs: Logs, index: Index) -> None:
        self._logs = logs
        self._index = index

    def page(self, log: Path, window: Window) -> Page[Record]:
        """The records in the window. Raises `NotFound` for a cursor that does not exist."""
        name = log_name(log)
        try:
            with self._logs.open(name) as fd:
                return self._answer(name, fd, lambda db, log: _page(db, name, log, fd, window))
        except ABSENT:
            for cursor in (window.after, window.before):
                if cursor is not None:
                    raise unknown(name, cursor) from None
            return Page((), has_more=False)

    def get(self, log: Path, record_id: str) -> Record | None:
        """The last record of that id."""
        name = log_name(log)
        try:
            with self._logs.open(name) as fd:
                return self._answer(name, fd, lambda db, log: _get(db, log, fd, record_id))
        except ABSENT:
            return None

    def _answer(self, name: str, fd: int, query: Query[T]) -> T:
        for anew in (False, True, True):
            try:
                return self._index.run(partial(_answered, name, fd, query, anew), write=True)
            except _BeliedError:
                continue
        raise StoreError(f"`{name}` is being rewritten by somebody else.", hint="Try again.")


def _answered(name: str, fd: int, query: Query[T], anew: bool, db: sqlite3.Connection) -> T:
    return query(db, _caught_up(db, name, fd, anew))


def _caught_up(db: sqlite3.Connection, name: str, fd: int, anew: bool) -> int:
    """The log's number in the index, after what is new in it has been added."""
    status = os.fstat(fd)
    row = db.execute(
        "SELECT number, inode, size, mtime_ns, tail FROM logs WHERE log = ?", (name,)
    ).fetchone()
    if row is None or anew or not _holds(row, status, fd):
        number, size = _begun(db, name, status, row), 0
    else:
        number, size = row[0], row[2]
    if size < status.st_size:
        _extend(db, number, name, fd, size, status)
    return int(number)


def _holds(row: tuple[Any, ...], status: os.stat_result, fd: int) -> bool:
    _, inode, size, mtime_ns, tail = row
    if inode != status.st_ino or size > status.st_size:
        return False
    if size == status.st_size and mtime_ns != status.st_mtime_ns:
        return False
    return bool(_tail(fd, size) == tail)


def _tail(fd: int, end: int) -> bytes:
    start = max(0, end - _TAIL)
    return os.pread(fd, end - start, start)


def _begun(
    db: sqlite3.Connection, name: str, status: os.stat_result, row: tuple[Any, ...] | None
) -> int:
    if row is not None:
        db.execute("DELETE FROM records WHERE log = ?", (row[0],))
        db.execute("DELETE FROM logs WHERE number = ?", (row[0],))
    cursor = db.execute(
        "INSERT INTO logs (log, inode, size, mtime_ns, tail) VALUES (?, ?, 0, ?, x'')",
        (name, status.st_ino, status.st_mtime_ns),
    )
    return cursor.lastrowid or 0


def _extend(
    db: sqlite3.Connection, number: int, name: str, fd: int, start: int, status: os.stat_result
) -> None:
    end = start
    for place, piece in _pieces(fd, start, status.st_size):
        end = place + piece.rfind(b"\n") + 1
        found = list(lines(piece, place, name))
        end = max(end, found[-1].end if found else 0)
        rows = [row for line in found if (row := _row(number, line))]
        db.executemany(_ADD, rows)
    db.execute(
        "UPDATE logs SET size = ?, mtime_ns = ?, tail = ? WHERE number = ?",
        (end, status.st_mtime_ns, _tail(fd, end), number),
    )


def _pieces(fd: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """A log in pieces that end with a line; the last one may lack its line break."""
    size = _PIECE
    while start < end:
        data = os.pread(fd, min(size, end - start), start)
        whole = data if start + len(data) >= end else data[: data.rfind(b"\n") + 1]
        if not data:
            return
        if whole:
            yield start, whole
            start += len(whole)
        else:
            size *= 2


_ADD = """
INSERT INTO records (log, id, place, start, length) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET start = excluded.start, length = excluded.length
"""


def _row(number: int, line: Line) -> tuple[int, str, int, int, int] | None:
    """What the index notes of a record; its length is 0 if it says that it was removed."""
    record_id, length = line.record.get("id"), line.end - line.start
    if not isinstance(record_id, str):
        return None
    removed = line.record.get("deleted") is True
    return number, record_id, line.start, line.start, 0 if removed else length


def _page(db: sqlite3.Connection, name: str, log: int, fd: int, window: Window) -> Page[Record]:
    after, before = (_key(db, name, log, cursor) for cursor in (window.after, window.before))
    clause, values = window.clause(_COLUMNS, after, before)
    rows = db.execute(
        f"SELECT id, start, length FROM records WHERE log = ? AND length > 0{clause}",
        [log, *values],
    ).fetchall()
    shown, more = window.arranged(rows)
    return Page(tuple(_record(fd, *row) for row in shown), more)


def _key(db: sqlite3.Connection, name: str, log: int, cursor: str | None) -> Key | None:
    if cursor is None:
        return None
    key: Key | None = db.execute(
        "SELECT place FROM records WHERE log = ? AND id = ? AND length > 0", (log, as_value(cursor))
    ).fetchone()
    if key is None:
        raise unknown(name, cursor)
    return key


def _get(db: sqlite3.Connection, log: int, fd: int, record_id: str) -> Record | None:
    row = db.execute(
        "SELECT id, start, length FROM records WHERE log = ? AND id = ? AND length > 0",
        (log, as_value(record_id)),
    ).fetchone()
    return None if row is None else _record(fd, *row)


def _record(fd: int, record_id: str, start: int, length: int) -> Record:
    try:
        record = parse(os.pread(fd, length, start))
    except ValueError as error:
        raise _BeliedError from error
    if record is None or record.get("id") != record_id or record.get("deleted") is True:
        raise _BeliedError
    return record
