"""The index: what is known about listings and logs, in SQLite. Derived; can be deleted any time.

Nothing in it is believed without a look at the files. If it is damaged it is made again, and if
it cannot be written (a read-only folder) an index in memory takes its place.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path as FilePath
from typing import Final, TypeVar

from understudy.errors import UnderstudyError
from understudy_files.disk import Disk
from understudy_files.layout import INTERNAL
from understudy_files.locks import Locks

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

NAME: Final = f"{INTERNAL}/index.sqlite3"
_FILES = (NAME, f"{NAME}-wal", f"{NAME}-shm")
_VERSION = 1
_SCHEMA = f"""
BEGIN;
CREATE TABLE folders (collection TEXT PRIMARY KEY, mtime_ns INTEGER) WITHOUT ROWID;
CREATE TABLE documents (
    collection TEXT, id TEXT, created_at REAL, PRIMARY KEY (collection, id)
) WITHOUT ROWID;
CREATE INDEX documents_order ON documents (collection, created_at, id);
CREATE TABLE logs (
    number INTEGER PRIMARY KEY, log TEXT UNIQUE, inode INTEGER, size INTEGER, mtime_ns INTEGER,
    tail BLOB
);
CREATE TABLE records (
    log INTEGER, id TEXT, place INTEGER, start INTEGER, length INTEGER, PRIMARY KEY (log, id)
) WITHOUT ROWID;
CREATE INDEX records_order ON records (log, place) WHERE length > 0;
PRAGMA user_version = {_VERSION};
COMMIT;
"""

_logger = logging.getLogger(__name__)


class Index:
    """The connection, shared by the threads of one store."""

    def __init__(self, disk: Disk, locks: Locks) -> None:
        self._disk = disk
        self._locks = locks
        self._mutex = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def exists(self) -> bool:
        """Whether there is anything to keep up to date."""
        return self._connection is not None or os.path.exists(self._disk.path(NAME))

    def run(self, work: Work[T], *, write: bool) -> T:
        """Do `work` in a transaction; again, with a new index, if the old one fails."""
        with self._mutex:
            try:
                return self._attempt(work, write)
            except sqlite3.Error as error:
                _logger.warning("`%s` is made again: %s.", NAME, error)
                self._replace(error)
                return self._attempt(work, write)

    def close(self) -> None:
        """Close the connection."""
        with self._mutex:
            self._disconnect()

    def _attempt(self, work: Work[T], write: bool) -> T:
        connection = self._connection = self._connection or self._connect()
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        return result

    def _connect(self) -> sqlite3.Connection:
        try:
            with self._locks.index():
                return _opened(self._disk.resolve(NAME))
        except UnderstudyError:
            return _opened(":memory:")

    def _replace(self, error: sqlite3.Error) -> None:
        """A damaged index gives way to a new one; a busy or full one to one in memory."""
        self._disconnect()
        if isinstance(error, sqlite3.OperationalError):
            self._connection = _opened(":memory:")
            return
        with suppress(UnderstudyError), self._locks.index():
            for name in _FILES:
                FilePath(self._disk.path(name)).unlink(missing_ok=True)

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _opened(file: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    with closing(connection.execute("PRAGMA user_version")) as cursor:
        (version,) = cursor.fetchone()
    if version == 0:
        connection.executescript(_SCHEMA)
    elif version != _VERSION:
        raise sqlite3.DatabaseError(f"it has the format {version}")
