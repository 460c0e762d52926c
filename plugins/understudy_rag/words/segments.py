"""Postings that are kept in a store's file: what makes a word cheap that nobody has asked for yet.

SQLite's index has the words too, but gives out one place at a time. A segment has, for a range of
chunks, one row for each word with all of its postings, so that a word costs one read of each
segment. All segments are derived from the chunks; without them everything is found as well, slower.

They cannot be out of date, only behind: the text of a chunk never changes, its id is never used
again, and who reads leaves out chunks that are gone. So they need no part in what adds and removes.

A search engine's own index (tantivy) was measured as well, and is no faster at a word's second
question. It would be another file that a transaction does not reach, and its scores are of one
index, where ours are of all stores that a search asks.

A row is found by the English stem of its words. Words of files in other languages, which are
indexed without their endings, are found as they stand there: behind an equals sign.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

from understudy_rag.words import english

# `chunks` are 32-bit ids in their order, `counts` a byte for each.
TABLES: Final = """
CREATE TABLE IF NOT EXISTS segment (first INTEGER PRIMARY KEY, last INTEGER, chunks INTEGER);
CREATE TABLE IF NOT EXISTS posting (
    segment INTEGER, key TEXT, chunks BLOB, counts BLOB, PRIMARY KEY (segment, key)
) WITHOUT ROWID;
"""
_POSTINGS: Final = """
SELECT posting.chunks, posting.counts
FROM json_each(?) AS asked CROSS JOIN segment CROSS JOIN posting
WHERE posting.segment = segment.first AND posting.key = asked.value
"""


class Segment(NamedTuple):
    """The chunks with ids from `first` to `last`; so many were there when it was made."""

    first: int
    last: int
    chunks: int


class Part(NamedTuple):
    """The postings of a word in one segment."""

    chunks: bytes
    counts: bytes


def segments(db: sqlite3.Connection) -> list[Segment]:
    """What segments there are, in the order of their chunks."""
    rows = db.execute("SELECT first, last, chunks FROM segment ORDER BY first")
    return [Segment(*row) for row in rows]


def covered(db: sqlite3.Connection) -> int:
    """The last chunk that is in a segment; all before it are, too."""
    last: int = db.execute("SELECT coalesce(max(last), 0) FROM segment").fetchone()[0]
    return last


@lru_cache(maxsize=65_536)
def key(term: str, is_stemmed: bool) -> str:
    """Where a term of the index is found."""
    return f"={term}" if is_stemmed else english.stem(term)


def postings(db: sqlite3.Connection, keys: Collection[str]) -> list[Part]:
    """All that is kept under some keys."""
    return [Part(*row) for row in db.execute(_POSTINGS, (json.dumps(list(keys)),))]
