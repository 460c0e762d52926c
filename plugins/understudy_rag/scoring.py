"""BM25 over several stores, on one scale.

SQLite's own bm25() picks the candidates. It cannot rank them: it knows one store only, and words
that most chunks of a small store have count as nothing there. So the candidates are scored here,
by document counts of all stores together; FTS5 marks the words, so nothing is stemmed twice.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from understudy.indexes import Hit
from understudy_rag.ranking import K1, B
from understudy_rag.stored import Match, StoredIndex
from understudy_rag.words import spelled, stem

_HEAD_WEIGHT: Final = 2
_CANDIDATES: Final = 50
_MARKED: Final = re.compile("\x02([^\x03]*)\x03")


@dataclass(frozen=True, slots=True)
class _Scale:
    """What makes scores comparable: the weight of each word, and how long chunks are."""

    weights: Mapping[str, float]
    mean: float


def best(
    stores: Mapping[str, StoredIndex], words: Sequence[str], only: Mapping[str, str], limit: int
) -> list[Hit]:
    """The best chunks, best first; the best has the score 1."""
    scale = _scale(list(stores.values()), words)
    found = [
        (_score(match, scale), store_id, match)
        for store_id, store in stores.items()
        for match in store.matches(words, only.get(store_id), max(_CANDIDATES, 2 * limit))
    ]
    first = heapq.nlargest(limit, found, key=lambda each: each[0])
    top = first[0][0] if first else 1.0
    texts = {
        store_id: store.texts([match.chunk for _, owner, match in first if owner == store_id])
        for store_id, store in stores.items()
    }
    return [
        Hit(store_id, match.file_id, round(score / top, 6), texts[store_id].get(match.chunk, ""))
        for score, store_id, match in first
    ]


def _scale(stores: Sequence[StoredIndex], words: Sequence[str]) -> _Scale:
    sizes = [store.size() for store in stores]
    chunks = sum(size.chunks for size in sizes)
    weights: dict[str, float] = {}
    for word, times in Counter(words).items():
        having = sum(store.having(word) for store in stores)
        weight = times * log(1 + (chunks - having + 0.5) / (having + 0.5))
        key = stem(word)
        weights[key] = max(weights.get(key, 0.0), weight)
    return _Scale(weights, max(1.0, sum(size.letters for size in sizes) / max(1, chunks)))


def _score(match: Match, scale: _Scale) -> float:
    counts: Counter[str] = Counter(_stems(match.text))
    for found in _stems(match.head):
        counts[found] += _HEAD_WEIGHT
    damping = K1 * (1 - B + B * match.letters / scale.mean)
    return (
        sum(
            weight * (K1 + 1) * counts[word] / (counts[word] + damping)
            for word, weight in scale.weights.items()
            if word in counts
        )
        or 1e-9
    )


def _stems(marked: str) -> Iterator[str]:
    for found in _MARKED.findall(marked):
        yield from map(stem, spelled(found))
