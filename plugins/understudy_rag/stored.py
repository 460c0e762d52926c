"""One vector store's index: an SQLite file with its files, their chunks, and the words in them."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final, TypeVar

from understudy_rag.connection import KeptConnection
from understudy_rag.parsing.documents import Chunk
from understudy_rag.schema import prepare, reading, renew_edition, transaction
from understudy_rag.words import gathering
from understudy_rag.words.catalogue import Catalogue
from understudy_rag.words.languages import languages_of, stemmed, stemmed_by
from understudy_rag.words.lexicon import Lexicon, default_scorer
from understudy_rag.words.postings import Postings, Scorer
from understudy_rag.words.words import spelled

R = TypeVar("R")
_ADD_FILE: Final = """
INSERT INTO file
    (file_id, title, sha256, size, overlap, bytes, first, chunks, lengths, languages, stemmed_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEXT: Final = """
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'chunk'), 0) + 1
"""
_ADD_CHUNK: Final = "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_WORDS: Final = """
INSERT INTO words (rowid, head, text) SELECT id, head, text FROM indexed WHERE id BETWEEN ? AND ?
"""
_UNCHANGED: Final = """
SELECT bytes FROM file
WHERE file_id = ? AND title = ? AND sha256 = ? AND size = ? AND overlap = ?
"""
_FORGET_WORDS: Final = """
INSERT INTO words (words, rowid, head, text)
SELECT 'delete', indexed.id, indexed.head, indexed.text FROM indexed
JOIN chunk USING (id) WHERE chunk.file = ?
"""
_CHUNKS: Final = """
SELECT chunk.id, trim(title || ' ' || heading), text, file_id, start, end, page, line, heading
FROM chunk JOIN file ON file.id = chunk.file WHERE chunk.id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Match:
    """A chunk that was found."""

    id: int
    head: str
    text: str
    file_id: str
    start: int
    end: int
    page: int | None
    line: int
    heading: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file to put in: its id and title, the hash of its bytes, the sizes of its chunks."""

    file_id: str
    title: str
    sha256: bytes
    size: int
    overlap: int


class StoredIndex:
    """Reads and writes the file. Its methods block: they are for worker threads."""

    def __init__(self, path: Path, scorer: Scorer | None = None) -> None:
        self._path = path
        self.scorer = scorer or default_scorer()
        self._lexicon = Lexicon(self.scorer)
        # A search need not wait for a file that is being added.
        self._reading = KeptConnection(path, prepare)
        self._writing = KeptConnection(path, prepare)
        self._gathering = KeptConnection(path, prepare)

    def add(self, source: Source, chunks: Sequence[Chunk]) -> int:
        """Put a file's chunks in the place of what there was of it, all or nothing.

        Returns the bytes of their text.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._writing.use() as db, transaction(db):
            _forget(db, source.file_id)
            used = _insert(db, source, chunks)
            renew_edition(db)
        return used

    def used(self, source: Source) -> int | None:
        """The bytes a file's text takes; None if it is not there, or not in this very form."""
        row = self._read(lambda db: db.execute(_UNCHANGED, astuple(source)).fetchone())
        return row[0] if row else None

    def remove(self, file_id: str) -> None:
        """Forget a file."""
        if self._path.exists():
            with self._writing.use() as db, transaction(db):
                _forget(db, file_id)
                renew_edition(db)

    def files(self) -> set[str]:
        """The ids of the files that are there."""
        rows = self._read(lambda db: db.execute("SELECT file_id FROM file").fetchall())
        return {row[0] for row in rows or ()}

    def languages(self) -> Sequence[str]:
        """The languages that its files are in."""
        return (self._read(self._lexicon.refresh) or Catalogue()).languages

    def look_up(self, words: Sequence[str]) -> tuple[Catalogue, list[Postings]]:
        """What there is, and where each of the words stands in it."""

        def work(db: sqlite3.Connection) -> tuple[Catalogue, list[Postings]]:
            with reading(db):
                return self._lexicon.refresh(db), self._lexicon.look_up(db, words)

        return self._read(work) or self._lexicon.empty(words)

    def chunks(self, ids: Sequence[int]) -> list[Match]:
        """Chunks by their ids, those that are still there."""
        return self._read(lambda db: _matches(db, ids)) or []

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def is_behind(self) -> bool:
        """Whether the last search had to do without segments that are worth making."""
        return self._lexicon.is_behind

    def gather(self) -> bool:
        """Make a segment; whether there may be more to do. It is done in a second or so."""
        if not self._path.exists():
            return False
        with self._gathering.use() as db:
            return gathering.gather(db)

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
        self._gathering.close()


def _matches(db: sqlite3.Connection, ids: Sequence[int]) -> list[Match]:
    return [Match(*row) for row in db.execute(_CHUNKS, (json.dumps(ids),))]


def _forget(db: sqlite3.Connection, file_id: str) -> None:
    row = db.execute("SELECT id FROM file WHERE file_id = ?", (file_id,)).fetchone()
    if row is not None:
        db.execute(_FORGET_WORDS, row)
        for table in ("vec", "todo"):
            of_file = "SELECT id FROM chunk WHERE file = ?"
            db.execute(f"DELETE FROM {table} WHERE chunk IN ({of_file})", row)
        db.execute("DELETE FROM chunk WHERE file = ?", row)
        db.execute("DELETE FROM file WHERE id = ?", row)


def _insert(db: sqlite3.Connection, source: Source, chunks: Sequence[Chunk]) -> int:
    first = db.execute(_NEXT).fetchone()[0]
    used = sum(len(chunk.text.encode()) for chunk in chunks)
    lengths = array("I", [len(chunk.text) or 1 for chunk in chunks]).tobytes()
    languages = languages_of(*_samples(chunks))
    language = stemmed_by(languages)
    row = (used, first, len(chunks), lengths, " ".join(languages), language)
    number = db.execute(_ADD_FILE, (*astuple(source), *row)).lastrowid
    db.executemany(_ADD_CHUNK, _rows(number, first, source.title, chunks, language))
    added = (first, first + len(chunks) - 1)
    db.execute("INSERT INTO todo (chunk) SELECT id FROM chunk WHERE id BETWEEN ? AND ?", added)
    db.execute(_ADD_WORDS, added)
    return used


def _rows(
    number: int | None, first: int, title: str, chunks: Sequence[Chunk], language: str | None
) -> Iterator[tuple[object, ...]]:
    heads = {each: _as_indexed(f"{title} {each}", language) for each in {c.heading for c in chunks}}
    for id_, c in enumerate(chunks, first):
        spelled = _as_indexed(c.text, language)
        yield (
            id_,
            number,
            c.start,
            c.end,
            c.page,
            c.line,
            c.heading,
            c.text,
            heads[c.heading],
            spelled,
        )


def _as_indexed(text: str, language: str | None) -> str | None:
    return stemmed(text, language) if language else spelled(text)


def _samples(chunks: Sequence[Chunk]) -> list[str]:
    """The beginning and the middle, which may be in another language than a preface."""
    return [chunks[at].text for at in dict.fromkeys((0, len(chunks) // 2)) if chunks]
