"""One vector store's index: an SQLite file with its files, their chunks, and the words in them.

External content: the words are indexed over a view, so that text is kept once. Scripts without
spaces are indexed letter by letter; `spaced` holds that form, for chunks that have them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from understudy_rag.connection import KeptConnection
from understudy_rag.documents import Chunk
from understudy_rag.words import spaced

R = TypeVar("R")
_VERSION: Final = 1
# What another version left is derived: its tables are simply made anew.
_SCHEMA: Final = f"""
DROP TABLE IF EXISTS words;
DROP VIEW IF EXISTS indexed;
DROP TABLE IF EXISTS chunk;
DROP TABLE IF EXISTS file;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, file_id TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
    overlap INTEGER NOT NULL, chunks INTEGER NOT NULL, letters INTEGER NOT NULL
);
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, head TEXT NOT NULL, text TEXT NOT NULL,
    spaced TEXT
);
CREATE INDEX chunk_of_file ON chunk (file);
CREATE VIEW indexed AS SELECT id, head, coalesce(spaced, text) AS text FROM chunk;
CREATE VIRTUAL TABLE words USING fts5(
    head, text, content='indexed', content_rowid='id',
    tokenize='porter unicode61 remove_diacritics 2'
);
PRAGMA user_version = {_VERSION};
"""
_FORGET_WORDS: Final = """
INSERT INTO words (words, rowid, head, text)
SELECT 'delete', indexed.id, indexed.head, indexed.text FROM indexed
JOIN chunk USING (id) WHERE chunk.file = ?
"""
_BEST: Final = """
SELECT rowid FROM words WHERE words MATCH :words AND rank MATCH 'bm25(2.0, 1.0)'
ORDER BY rank LIMIT :limit
"""
_BEST_OF: Final = """
SELECT rowid FROM words WHERE words MATCH :words AND rank MATCH 'bm25(2.0, 1.0)' AND rowid IN (
    SELECT chunk.id FROM chunk JOIN file ON file.id = chunk.file
    WHERE file.file_id IN (SELECT value FROM json_each(:only))
) ORDER BY rank LIMIT :limit
"""
_CHUNKS: Final = """
SELECT chunk.head, chunk.text, file.file_id FROM chunk JOIN file ON file.id = chunk.file
WHERE chunk.id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Match:
    """A chunk that has some of the words."""

    head: str
    text: str
    file_id: str


@dataclass(frozen=True, slots=True)
class Size:
    """How many chunks a store has, and how many letters in all."""

    chunks: int
    letters: int


class StoredIndex:
    """Reads and writes the file. Its methods block: they are for worker threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A search need not wait for a file that is being added.
        self._reading = KeptConnection(path, _prepare)
        self._writing = KeptConnection(path, _prepare)

    def add(
        self, file_id: str, title: str, chunks: Sequence[Chunk], sizes: tuple[int, int]
    ) -> None:
        """Put a file's chunks in the place of what there was of it, all or nothing."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._writing.use() as db, _transaction(db):
            _forget(db, file_id)
            letters = sum(len(chunk.text) for chunk in chunks)
            row = (file_id, *sizes, len(chunks), letters)
            insert = "INSERT INTO file (file_id, size, overlap, chunks, letters)"
            number = db.execute(f"{insert} VALUES (?, ?, ?, ?, ?)", row).lastrowid
            _insert(db, ((number, f"{title} {c.heading}".strip(), c.text) for c in chunks))

    def has(self, file_id: str, sizes: tuple[int, int]) -> bool:
        """Whether a file is there, in chunks of this size and overlap."""
        wanted = "SELECT 1 FROM file WHERE file_id = ? AND size = ? AND overlap = ?"
        return bool(self._read(lambda db: db.execute(wanted, (file_id, *sizes)).fetchone()))

    def remove(self, file_id: str) -> None:
        """Forget a file."""
        if self._path.exists():
            with self._writing.use() as db, _transaction(db):
                _forget(db, file_id)

    def files(self) -> set[str]:
        """The ids of the files that are there."""
        rows = self._read(lambda db: db.execute("SELECT file_id FROM file").fetchall())
        return {row[0] for row in rows or ()}

    def size(self) -> Size:
        """How much there is."""
        sums = "SELECT coalesce(sum(chunks), 0), coalesce(sum(letters), 0) FROM file"
        row = self._read(lambda db: db.execute(sums).fetchone())
        return Size(*row) if row else Size(0, 0)

    def having(self, word: str) -> int:
        """How many chunks have a word, in any of its forms."""
        counted = "SELECT count(*) FROM words WHERE words MATCH ?"
        row = self._read(lambda db: db.execute(counted, (_quoted(word),)).fetchone())
        return row[0] if row else 0

    def matches(self, words: Sequence[str], only: str | None, limit: int) -> list[Match]:
        """The chunks with the most of the words. `only`: a JSON array of file ids."""
        asked = {"words": " OR ".join(map(_quoted, words)), "only": only, "limit": limit}
        query = _BEST if only is None else _BEST_OF

        def work(db: sqlite3.Connection) -> list[Match]:
            best = [row[0] for row in db.execute(query, asked)]
            return [Match(*row) for row in db.execute(_CHUNKS, (json.dumps(best),))]

        return self._read(work) or []

    def _read(self, ask: Callable[[sqlite3.Connection], R]) -> R | None:
        """Ask the file, if there is one."""
        if not self._path.exists():
            return None
        with self._reading.use() as db:
            return ask(db)

    def delete(self) -> None:
        """Remove the file."""
        self.close()
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        self._reading.close()
        self._writing.close()


def _prepare(db: sqlite3.Connection) -> None:
    """Make the tables of a new file, or of one that another version wrote."""
    if not _is_ours(db):
        db.execute("PRAGMA journal_mode = WAL")
        with _transaction(db):
            if not _is_ours(db):  # nobody else made them meanwhile
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
    db.execute("PRAGMA synchronous = NORMAL")


def _is_ours(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA user_version").fetchone()[0] == _VERSION)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    with db:
        db.execute("BEGIN IMMEDIATE")
        yield


def _forget(db: sqlite3.Connection, file_id: str) -> None:
    row = db.execute("SELECT id FROM file WHERE file_id = ?", (file_id,)).fetchone()
    if row is not None:
        db.execute(_FORGET_WORDS, row)
        db.execute("DELETE FROM chunk WHERE file = ?", row)
        db.execute("DELETE FROM file WHERE id = ?", row)


def _insert(db: sqlite3.Connection, rows: Iterator[tuple[int | None, str, str]]) -> None:
    first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM chunk").fetchone()[0]
    db.executemany(
        "INSERT INTO chunk (file, head, text, spaced) VALUES (?, ?, ?, ?)",
        ((number, head, text, spaced(text)) for number, head, text in rows),
    )
    index = "INSERT INTO words (rowid, head, text) SELECT id, head, text FROM indexed WHERE id >= ?"
    db.execute(index, (first,))


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
