"""The words of one store: their postings, read from SQLite's index when they are asked for.

A disposable cache of what was asked for lately. The first question about a word costs a walk along
its places, cheaper than SQLite's own `bm25()`. After files came or went, a word that is kept needs
only what is new of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Final, Literal

from understudy_rag.words.catalogue import Catalogue
from understudy_rag.words.languages import terms_of
from understudy_rag.words.postings import PlainScorer, Postings, Scorer
from understudy_rag.words.recent import Recent
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
"""Postings that are kept: 20 bytes each."""


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
        self._recent = self._recent or Recent(db, self._last)
        self._recent.catch_up(self._last)
        return self._catalogue

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
            return self._keep(word, self._read(db, word))
        if kept.edition != self._edition:
            newer = self._read(db, word, "recent_places", kept.last)
            return self._keep(word, self._scorer.joined(kept.postings, newer, self._catalogue))
        self._kept.move_to_end(word)
        return kept.postings

    def _read(
        self,
        db: sqlite3.Connection,
        word: str,
        table: Literal["places", "recent_places"] = "places",
        last: int = 0,
    ) -> Postings:
        """The postings of a word, those behind a chunk."""
        if table == "recent_places" and last >= self._last:
            return self._scorer.read("", self._catalogue)
        terms = _terms(db, word, self._catalogue.stemmed_by)
        query = _PLACES.format(table=table)
        [places] = db.execute(query, (json.dumps(list(terms)), last)).fetchone()
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


@cache
def default_scorer() -> Scorer:
    """With numpy if it is installed."""
    if find_spec("numpy") is None:
        return PlainScorer()
    from understudy_rag.words.accelerator import VectorScorer

    return VectorScorer()
