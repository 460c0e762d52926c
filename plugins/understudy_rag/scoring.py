"""BM25 over several stores, on one scale.

SQLite's own bm25() picks the candidates. It cannot rank them: it knows one store only, and words
that most chunks of a small store have count as nothing there. So the candidates are scored here,
by document counts of all stores together.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import log
from typing import Final

from understudy.indexes import Hit
from understudy_rag.ranking import K1, B
from understudy_rag.stored import Match, StoredIndex
from understudy_rag.words import folded, spaced, stem

_HEAD_WEIGHT: Final = 2
_CANDIDATES: Final = 30
_LETTERS: Final = re.compile(r"\w*")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the query: how much it tells, and how all of its forms begin."""

    weight: float
    stem: str
    beginning: str

    def count(self, text: str) -> int:
        """How often it stands in a text, in any of its forms."""
        if spaced(self.beginning):  # of a script in which letters count as words
            return text.count(self.beginning)
        found, at = 0, text.find(self.beginning)
        while at >= 0:
            end = _LETTERS.match(text, at).end()  # type: ignore[union-attr]  # matches nothing, too
            found += not text[at - 1 : at].isalnum() and stem(text[at:end]) == self.stem
            at = text.find(self.beginning, end)
        return found


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk and its score; scores of one search can be compared."""

    store_id: str
    match: Match
    score: float

    @property
    def key(self) -> tuple[str, int]:
        """Which chunk it is."""
        return self.store_id, self.match.id

    def hit(self, score: float) -> Hit:
        """What the host is told."""
        match = self.match
        place = (match.start, match.end, match.page, match.line, match.heading)
        return Hit(self.store_id, match.file_id, round(score, 6), match.text, *place)


def best(
    stores: Mapping[str, StoredIndex], words: Sequence[str], only: Mapping[str, str], limit: int
) -> list[Scored]:
    """The chunks with the most of the words, best first."""
    sizes = [store.size() for store in stores.values()]
    chunks = sum(size.chunks for size in sizes)
    mean = sum(size.letters for size in sizes) / max(1, chunks)
    weighed = _weighed(list(stores.values()), words, chunks)
    found = [
        Scored(store_id, match, _score(match, weighed, max(1.0, mean)))
        for store_id, store in stores.items()
        for match in store.matches(words, only.get(store_id), limit + _CANDIDATES)
    ]
    return heapq.nlargest(limit, found, key=lambda each: each.score)


def _weighed(stores: Sequence[StoredIndex], words: Sequence[str], chunks: int) -> list[_Word]:
    weighed: dict[str, _Word] = {}
    for word, times in Counter(words).items():
        having = sum(store.having(word) for store in stores)
        weight = times * log(1 + (chunks - having + 0.5) / (having + 0.5))
        root = stem(word)
        if root not in weighed or weighed[root].weight < weight:
            weighed[root] = _Word(weight, root, _beginning(word, root))
    return list(weighed.values())


def _beginning(word: str, root: str) -> str:
    same = takewhile(lambda pair: pair[0] == pair[1], zip(word, root, strict=False))
    return "".join(letter for letter, _ in same)


def _score(match: Match, words: Sequence[_Word], mean: float) -> float:
    text, head = folded(match.text), folded(match.head)
    damping = K1 * (1 - B + B * len(text) / mean)
    score = 1e-9  # it matched, if only by SQLite's idea of a word
    for word in words:
        count = word.count(text) + _HEAD_WEIGHT * word.count(head)
        score += word.weight * (K1 + 1) * count / (count + damping)
    return score
