"""A kept connection to an SQLite file, for one thread at a time."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from understudy.errors import StoreError

_log = logging.getLogger("understudy.rag")
_SECONDS: Final = 30
Prepare = Callable[[sqlite3.Connection], None]


class KeptConnection:
    """Opened when it is first used, and anew when the file is another one than it was.

    Opening and closing for every call would cost more than most calls: the last one to close
    writes the log back.
    """

    def __init__(self, path: Path, prepare: Prepare) -> None:
        self._path = path
        self._prepare = prepare
        self._mutex = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._inode = 0

    @contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """The connection. Raises `StoreError`; a damaged file is set aside."""
        with self._mutex:
            try:
                yield self._current()
            except sqlite3.OperationalError as error:
                kind: Literal["full", "io"] = "full" if "full" in str(error) else "io"
                raise StoreError(f"{self._path.name}: {error}.", kind=kind) from error
            except sqlite3.DatabaseError as error:
                self._close()
                _set_aside(self._path)
                message = f"The index {self._path} was damaged and is set aside: {error}."
                raise StoreError(message, kind="damaged") from error

    def _current(self) -> sqlite3.Connection:
        if self._db is None or self._inode != _inode(self._path):
            self._close()
            self._db = self._opened()
            self._inode = _inode(self._path)
        return self._db

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self._path, timeout=_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def close(self) -> None:
        """Close it; it may be used again."""
        with self._mutex:
            self._close()


def _inode(path: Path) -> int:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - on every call
    except FileNotFoundError:
        return 0


def _set_aside(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file = path.with_name(path.name + end)
        if file.exists():
            file.replace(file.with_name(f"damaged-{file.name}"))
