"""Making segments: a batch of chunks is indexed once more, in memory, and its postings are kept.

SQLite splits the text, as it did when the chunks came, so the words are the same. A batch takes in
the small segments before it, so that there are few of them: each chunk is gathered again about once
for every fourfold growth of the store, and never again in a segment of `MOST`.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from understudy_rag.schema import TOKENIZE, reading, transaction
from understudy_rag.words.postings import MOST_COUNTED, counted
from understudy_rag.words.segments import Part, Segment, key, segments

MOST: Final = 8_000
"""Chunks of a segment: a second or so of work."""
_GROWTH: Final = 4
_TAIL: Final = """
SELECT count(*), max(id) FROM (SELECT id FROM chunk WHERE id > ? ORDER BY id LIMIT ?)
"""
_TABLES: Final = f"""
DROP TABLE IF EXISTS temp.batch_places;
DROP TABLE IF EXISTS temp.batch;
CREATE VIRTUAL TABLE temp.batch USING fts5(head, text, content='', tokenize="{TOKENIZE}");
CREATE VIRTUAL TABLE temp.batch_places USING fts5vocab(temp, batch, instance);
"""
_FILL: Final = """
INSERT INTO temp.batch (rowid, head, text)
SELECT indexed.id, indexed.head, indexed.text
FROM indexed JOIN chunk USING (id) JOIN file ON file.id = chunk.file
WHERE indexed.id BETWEEN ? AND ? AND (file.stemmed_by IS NOT NULL) = ?
"""
_PLACES: Final = """
SELECT term, group_concat(CASE col WHEN 'head' THEN -doc ELSE doc END)
FROM temp.batch_places GROUP BY term
"""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The segment to make, and what is taken away for it."""

    known: Sequence[Segment]
    made: Segment
    replaced: Sequence[Segment]


def gather(db: sqlite3.Connection) -> bool:
    """Make one segment of chunks that are in none; False where there are no such chunks."""
    with reading(db):
        plan = _plan(db)
        if plan is None:
            return False
        rows = list(_rows(db, plan.made))
    with transaction(db):
        if segments(db) == plan.known:  # no other process was faster
            _put(db, plan, rows)
    return True


def _plan(db: sqlite3.Connection) -> _Plan | None:
    known = segments(db)
    replaced = list(known) if _are_mostly_gone(db, known) else []
    kept = known[: len(known) - len(replaced)]
    due, _ = _tail(db, kept)
    while kept and due and due + kept[-1].chunks <= MOST and kept[-1].chunks <= _GROWTH * due:
        due += kept[-1].chunks
        replaced.append(kept.pop())
    chunks, last = _tail(db, kept)
    if not chunks:
        return None
    return _Plan(known, Segment(_end(kept) + 1, last, chunks), replaced)


def _are_mostly_gone(db: sqlite3.Connection, known: Sequence[Segment]) -> bool:
    [there] = db.execute("SELECT coalesce(sum(chunks), 0) FROM file").fetchone()
    gathered = sum(each.chunks for each in known)
    return gathered > int(2 * there + MOST)


def _tail(db: sqlite3.Connection, kept: Sequence[Segment]) -> tuple[int, int]:
    """How many chunks there are behind some segments, of as many as one may have, and the last."""
    count, last = db.execute(_TAIL, (_end(kept), MOST)).fetchone()
    return count, last or 0


def _end(kept: Sequence[Segment]) -> int:
    return kept[-1].last if kept else 0


def _rows(db: sqlite3.Connection, made: Segment) -> Iterator[tuple[int, str, bytes, bytes]]:
    for is_stemmed in (False, True):
        for statement in _TABLES.split(";"):
            db.execute(statement)
        db.execute(_FILL, (made.first, made.last, is_stemmed))
        for name, parts in _parts(db, is_stemmed).items():
            yield (made.first, name, *_together(parts))


def _parts(db: sqlite3.Connection, is_stemmed: bool) -> Mapping[str, list[Part]]:
    """The postings of every term, by their keys."""
    found: dict[str, list[Part]] = {}
    for term, places in db.execute(_PLACES):
        found.setdefault(key(term, is_stemmed), []).append(_packed(counted(places)))
    return found


def _together(parts: Sequence[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    counts: Counter[int] = Counter()
    for part in parts:
        for chunk, count in zip(memoryview(part.chunks).cast("I"), part.counts, strict=True):
            counts[chunk] += count
    return _packed(counts)


def _packed(counts: Mapping[int, int]) -> Part:
    chunks = sorted(counts)
    often = [counts[chunk] for chunk in chunks]
    if max(often) > MOST_COUNTED:
        often = [min(count, MOST_COUNTED) for count in often]
    return Part(array("I", chunks).tobytes(), bytes(often))


def _put(
    db: sqlite3.Connection, plan: _Plan, rows: Sequence[tuple[int, str, bytes, bytes]]
) -> None:
    for each in plan.replaced:
        db.execute("DELETE FROM posting WHERE segment = ?", (each.first,))
        db.execute("DELETE FROM segment WHERE first = ?", (each.first,))
    db.execute("INSERT INTO segment VALUES (?, ?, ?)", plan.made)
    db.executemany("INSERT INTO posting VALUES (?, ?, ?, ?)", sorted(rows))
