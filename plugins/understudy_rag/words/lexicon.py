"""The words of one store: their postings, read when they are asked for, and kept for a while.

The first question about a word reads its segments, and what is in none from SQLite's index: a walk
along all its places, cheaper than SQLite's own `bm25()`. After files came or went, a word that is
kept needs only what is new of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Final

from understudy_rag.words import segments
from understudy_rag.words.catalogue import Catalogue
from understudy_rag.words.languages import terms_of
from understudy_rag.words.postings import PlainScorer, Postings, Scorer
from understudy_rag.words.recent import FEW, Recent
from understudy_rag.words.words import is_unspaced

_STATE: Final = "SELECT value FROM meta WHERE key IN ('edition', 'made') ORDER BY key"
_BEGUN: Final = "SELECT DISTINCT term FROM temp.places WHERE term >= ? AND term <= ?"
_PLACES: Final = """
SELECT group_concat(CASE col WHEN 'head' THEN -doc ELSE doc END)
FROM json_each(?) AS form CROSS JOIN temp.{table} AS place
WHERE place.term = form.value AND doc > ?
"""
_VOCABULARY: Final = """
CREATE VIRTUAL TABLE IF NOT EXISTS temp.places USING fts5vocab(main, words, instance)
"""
_LAST: Final = "\U0010ffff"
_MOST: Final = 8_000_000
"""Postings that are kept in memory: 17 bytes each."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of a word: its postings in an edition, up to a chunk."""

    postings: Postings
    edition: int
    last: int


class Lexicon:
    """What has been read of a store. Not for several threads at once."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._catalogue = Catalogue()
        self._edition = 0
        self._made: int | None = None
        self._recent: Recent | None = None
        self._last = 0
        self._covered = 0
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0

    def refresh(self, db: sqlite3.Connection) -> Catalogue:
        """Read the catalogue anew if files came or went."""
        edition, made = (value for (value,) in db.execute(_STATE))
        if self._recent is None or self._recent.db is not db:
            db.execute(_VOCABULARY)
            self._recent = None
        if made != self._made or self._catalogue.begins_late:
            self._begin(db, made)
        elif edition != self._edition:
            self._catalogue = Catalogue.read(db, self._catalogue.base)
        self._edition = edition
        self._last = max(self._last, self._catalogue.last)
        self._covered = segments.covered(db)
        self._recent = self._recent or Recent(db, self._covered, self._last)
        self._recent.catch_up(self._covered, self._last)
        return self._catalogue

    @property
    def is_behind(self) -> bool:
        """Whether so many chunks are in no segment that making one is worth it."""
        return self._catalogue.last - self._covered > FEW

    def _begin(self, db: sqlite3.Connection, made: int) -> None:
        """Forget everything: it is another file, or what is kept of it is mostly gone."""
        self._catalogue = Catalogue.read(db)
        self._made = made
        self._recent = None
        self._last = 0
        self._kept.clear()
        self._size = 0

    def look_up(self, db: sqlite3.Connection, words: Sequence[str]) -> list[Postings]:
        """The postings of each word, in all of its forms."""
        return [self._current(db, word) for word in words]

    def empty(self, words: Sequence[str]) -> tuple[Catalogue, list[Postings]]:
        """What is found where there is nothing."""
        nothing = Catalogue()
        return nothing, [self._scorer.read("", nothing) for _ in words]

    def _current(self, db: sqlite3.Connection, word: str) -> Postings:
        kept = self._kept.get(word)
        if kept is None or (self._recent and kept.last < self._recent.first):
            return self._keep(word, self._whole(db, word))
        if kept.edition != self._edition:
            newer = self._read(db, word, kept.last)
            return self._keep(word, self._scorer.joined(kept.postings, newer, self._catalogue))
        self._kept.move_to_end(word)
        return kept.postings

    def _whole(self, db: sqlite3.Connection, word: str) -> Postings:
        """The postings of a word that nothing is known of."""
        if not self._covered:
            return self._read(db, word, 0)
        parts = segments.postings(db, _keys(db, word, self._catalogue.stemmed_by))
        old = self._scorer.unpacked(parts, self._catalogue)
        return self._scorer.joined(old, self._read(db, word, self._covered), self._catalogue)

    def _read(self, db: sqlite3.Connection, word: str, behind: int) -> Postings:
        """The postings of a word behind a chunk, by SQLite's index."""
        if behind >= self._last:
            return self._scorer.read("", self._catalogue)
        is_recent = self._recent is not None and self._recent.first <= behind
        query = _PLACES.format(table="recent_places" if is_recent else "places")
        terms = _terms(db, word, self._catalogue.stemmed_by)
        [places] = db.execute(query, (json.dumps(list(terms)), behind)).fetchone()
        return self._scorer.read(places or "", self._catalogue)

    def _keep(self, word: str, postings: Postings) -> Postings:
        if word in self._kept:
            self._size -= len(self._kept.pop(word).postings)
        self._kept[word] = _Kept(postings, self._edition, self._last)
        self._size += len(postings)
        while self._size > _MOST and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1].postings)
        return postings


def _terms(db: sqlite3.Connection, word: str, stemmed_by: Sequence[str]) -> Collection[str]:
    """What the index may have of a word. A letter alone is looked for in pairs that it begins."""
    if len(word) == 1 and is_unspaced(word):
        return [term for (term,) in db.execute(_BEGUN, (word, word + _LAST))]
    return terms_of(word, stemmed_by)


def _keys(db: sqlite3.Connection, word: str, stemmed_by: Sequence[str]) -> Collection[str]:
    """Where segments may have a word."""
    one = {segments.key(word, is_stemmed=False)}  # its other forms are there, too
    if not stemmed_by and not is_unspaced(word):
        return one
    terms = _terms(db, word, stemmed_by)
    written = {segments.key(term, is_stemmed=False) for term in terms}
    stemmed = {segments.key(term, is_stemmed=True) for term in terms if stemmed_by}
    return (written if is_unspaced(word) else one) | stemmed


@cache
def default_scorer() -> Scorer:
    """With numpy if it is installed."""
    if find_spec("numpy") is None:
        return PlainScorer()
    from understudy_rag.words.accelerator import VectorScorer

    return VectorScorer()
