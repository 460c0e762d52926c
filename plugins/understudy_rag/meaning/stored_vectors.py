"""The vectors in a vector store's index, and the chunks that still have none.

Vectors of one model only: where another is asked for, those of the one before are forgotten, and
all chunks are to do again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from understudy_rag.connection import KeptConnection
from understudy_rag.meaning.vectors import Packed
from understudy_rag.schema import prepare, transaction

R = TypeVar("R")
MAX_TRIES: Final = 2
_TEXT: Final = "trim(title || ' ' || heading || char(10) || text)"
_TEXTS: Final = f"SELECT chunk.id, {_TEXT} FROM chunk JOIN file ON file.id = chunk.file"
_DUE: Final = f"""
{_TEXTS} WHERE chunk.id IN (
    SELECT chunk FROM todo WHERE tries < {MAX_TRIES} ORDER BY chunk LIMIT ?
)
"""
_LACKING: Final = f"""
{_TEXTS} JOIN todo ON todo.chunk = chunk.id
WHERE tries < {MAX_TRIES} AND chunk.id IN (SELECT value FROM json_each(?))
"""
_SAME: Final = f"{_TEXTS} WHERE chunk.id = ? AND {_TEXT} = ?"
_GIVEN: Final = """
SELECT chunk, q, scale FROM vec WHERE chunk IN (SELECT value FROM json_each(?))
"""
_AFTER: Final = """
SELECT id, chunk, q, scale FROM vec WHERE id > ? AND id <= ? AND length(q) = ? ORDER BY id LIMIT ?
"""
_CHUNKS_OF: Final = """
SELECT chunk.id FROM chunk JOIN file ON file.id = chunk.file
WHERE file_id IN (SELECT value FROM json_each(?))
"""
_FORGET: Final = """
DELETE FROM vec;
INSERT OR REPLACE INTO todo SELECT id, 0 FROM chunk;
UPDATE meta SET value = random() WHERE key = 'vectors';
"""


@dataclass(frozen=True, slots=True)
class Text:
    """A chunk to make a vector of: what is embedded is its title, its headings and its text."""

    chunk: int
    text: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A vector with its id, which none ever has again, and the chunk it is of."""

    id: int
    chunk: int
    q: bytes
    scale: float


@dataclass(frozen=True, slots=True)
class State:
    """What copies of the vectors depend on.

    `origin` changes when all are made anew, `edition` when chunks come or go, and `last` grows
    with every vector.
    """

    origin: int
    edition: int
    last: int


class StoredVectors:
    """Reads and writes them. Its methods block: they are for worker threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reading = KeptConnection(path, prepare)
        self._writing = KeptConnection(path, prepare)

    def adopt(self, model: str) -> None:
        """See to it that the vectors are those of a model."""
        if self._read(_model) in (model, None):
            return
        with self._writing.use() as db, transaction(db):
            if _model(db) != model:
                for statement in _FORGET.split(";"):
                    db.execute(statement)
                db.execute("INSERT OR REPLACE INTO meta VALUES ('model', ?)", (model,))

    def due(self, limit: int) -> list[Text]:
        """Chunks without a vector, but for those that failed too often."""
        return self._texts(_DUE, limit)

    def lacking(self, chunks: Sequence[int]) -> list[Text]:
        """Those of some chunks that have no vector yet."""
        return self._texts(_LACKING, json.dumps(chunks))

    def _texts(self, query: str, given: int | str) -> list[Text]:
        return [Text(*row) for row in self._rows(query, given)]

    def put(self, model: str, made: Iterable[tuple[Text, Packed]]) -> bool:
        """Keep vectors, but for those of chunks that changed meanwhile.

        Returns False, and keeps nothing, if those of another model are wanted by now.
        """
        with self._writing.use() as db, transaction(db):
            if _model(db) != model:
                return False
            for text, packed in made:
                if db.execute(_SAME, (text.chunk, text.text)).fetchone():
                    row = (text.chunk, packed.q, packed.scale)
                    insert = "INSERT OR IGNORE INTO vec (chunk, q, scale) VALUES (?, ?, ?)"
                    db.execute(insert, row)
                    db.execute("DELETE FROM todo WHERE chunk = ?", (text.chunk,))
        return True

    def failed(self, chunks: Iterable[int]) -> None:
        """Note that chunks were refused. Twice, and they are left alone: words find them."""
        with self._writing.use() as db, transaction(db):
            tried = "UPDATE todo SET tries = tries + 1 WHERE chunk = ?"
            db.executemany(tried, ((chunk,) for chunk in chunks))

    def of(self, chunks: Sequence[int]) -> dict[int, Packed]:
        """The vectors of some chunks, as far as there are any."""
        rows = self._rows(_GIVEN, json.dumps(chunks))
        return {chunk: Packed(q, scale) for chunk, q, scale in rows}

    def state(self) -> State | None:
        """What copies depend on; None if there are no vectors."""
        return self._read(_state)

    def after(self, first: int, last: int, dimensions: int, limit: int) -> list[Numbered]:
        """The vectors with ids behind `first`, up to `last`, in their order."""
        return [Numbered(*row) for row in self._rows(_AFTER, first, last, dimensions, limit)]

    def ids(self) -> list[int]:
        """The ids of all vectors."""
        return [row[0] for row in self._rows("SELECT id FROM vec ORDER BY id")]

    def chunks_of(self, file_ids: Collection[str]) -> list[int]:
        """The chunks of some files."""
        return [row[0] for row in self._rows(_CHUNKS_OF, json.dumps(list(file_ids)))]

    def _rows(self, query: str, *given: int | str) -> list[Any]:
        return self._read(lambda db: db.execute(query, given).fetchall()) or []

    def _read(self, ask: Callable[[sqlite3.Connection], R]) -> R | None:
        """Ask the file, if there is one."""
        if not self.path.exists():
            return None
        with self._reading.use() as db:
            return ask(db)

    def close(self) -> None:
        """Let go of the file."""
        self._reading.close()
        self._writing.close()


def _model(db: sqlite3.Connection) -> str:
    row = db.execute("SELECT value FROM meta WHERE key = 'model'").fetchone()
    return str(row[0]) if row else ""


def _state(db: sqlite3.Connection) -> State | None:
    meta: Mapping[str, int] = dict(db.execute("SELECT key, value FROM meta WHERE key <> 'model'"))
    last = db.execute("SELECT max(id) FROM vec").fetchone()[0]
    return State(meta["vectors"], meta["edition"], last) if last else None
