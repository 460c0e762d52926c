"""The words of one store: their forms and postings, read from SQLite's index when asked for.

A disposable cache: it holds for one edition of the store, and only what was asked for lately. So
the first question about a word costs a walk along its places (cheaper than SQLite's own
`bm25()`), and further ones nothing.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Final

from understudy_rag.catalogue import Catalogue
from understudy_rag.languages import beginnings, is_form
from understudy_rag.postings import PlainScorer, Postings, Scorer

_EDITION: Final = "SELECT value FROM meta WHERE key = 'edition'"
_TERMS: Final = "SELECT term FROM temp.terms WHERE term >= ? AND term <= ?"
_PLACES: Final = """
SELECT group_concat(CASE col WHEN 'head' THEN -doc ELSE doc END) FROM temp.places WHERE term = ?
"""
_LAST: Final = "\U0010ffff"
_MOST: Final = 8_000_000
"""Postings that are kept: 20 bytes each."""


class Lexicon:
    """What has been read of an edition. Not for several threads at once."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._catalogue = Catalogue()
        self._edition: int | None = None
        self._kept: OrderedDict[str, Postings] = OrderedDict()
        self._size = 0

    def refresh(self, db: sqlite3.Connection) -> Catalogue:
        """Read the catalogue anew if there is another edition; what was kept goes then."""
        (edition,) = db.execute(_EDITION).fetchone()
        if edition != self._edition:
            self._catalogue = Catalogue.read(db)
            self._edition = edition
            self._kept.clear()
            self._size = 0
        return self._catalogue

    def look_up(self, db: sqlite3.Connection, words: Sequence[str]) -> list[Postings]:
        """The postings of each word, in all of its forms."""
        return [self._kept_or_read(db, word) for word in words]

    def empty(self, words: Sequence[str]) -> tuple[Catalogue, list[Postings]]:
        """What is found where there is nothing."""
        nothing = Catalogue()
        return nothing, [self._scorer.read("", nothing) for _ in words]

    def _kept_or_read(self, db: sqlite3.Connection, word: str) -> Postings:
        if word in self._kept:
            self._kept.move_to_end(word)
            return self._kept[word]
        forms = _forms(db, word, self._catalogue.languages)
        places = [db.execute(_PLACES, (form,)).fetchone()[0] for form in forms]
        postings = self._scorer.read(",".join(filter(None, places)), self._catalogue)
        self._keep(word, postings)
        return postings

    def _keep(self, word: str, postings: Postings) -> None:
        self._kept[word] = postings
        self._size += len(postings)
        while self._size > _MOST and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1])


def _forms(db: sqlite3.Connection, word: str, languages: Sequence[str]) -> set[str]:
    """The words of the index that are forms of this one."""
    terms = {word}
    for beginning in beginnings(word, languages):
        found = db.execute(_TERMS, (beginning, beginning + _LAST))
        terms.update(term for (term,) in found if is_form(term, word, languages))
    return terms


@cache
def default_scorer() -> Scorer:
    """With numpy if it is installed."""
    if find_spec("numpy") is None:
        return PlainScorer()
    from understudy_rag.accelerator import VectorScorer

    return VectorScorer()
