"""BM25: which passages share the rare words of a query."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import log
from typing import Final

from understudy_rag.documents import Chunk

K1: Final = 1.2
B: Final = 0.75


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a file, ready to be ranked: how often it has each word, and how many in all."""

    file: str
    file_id: str | None
    chunk: Chunk
    counts: Counter[str] = field(hash=False, repr=False)
    length: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. `score` is above 0, and 1 for the best."""

    passage: Passage
    score: float


def rank(query: Sequence[str], passages: Sequence[Passage], limit: int) -> list[Hit]:
    """The best passages that have any of the words, best first. A word counts as often as asked."""
    asked = Counter(query)
    matches = [asked.keys() & passage.counts.keys() for passage in passages]
    weights = _weights(asked, Counter(chain.from_iterable(matches)), len(passages))
    mean = sum(passage.length for passage in passages) / max(1, len(passages))
    found = [
        (_score(matched, weights, passages[at], mean), -at)
        for at, matched in enumerate(matches)
        if matched
    ]
    best = heapq.nlargest(limit, found)
    return [Hit(passages[-at], score / best[0][0]) for score, at in best]


def _weights(asked: Mapping[str, int], having: Mapping[str, int], total: int) -> dict[str, float]:
    """The rarer a word, the more it tells: `having` is the number of passages with the word."""
    return {
        word: times * log(1 + (total - having[word] + 0.5) / (having[word] + 0.5))
        for word, times in asked.items()
        if word in having
    }


def _score(
    matched: Container[str], weights: Mapping[str, float], passage: Passage, mean: float
) -> float:
    damping = K1 * (1 - B + B * passage.length / mean)
    counts = passage.counts
    # In the order of the query: a set's own order, and with it the last digit, varies by process.
    return sum(
        weight * (K1 + 1) * counts[word] / (counts[word] + damping)
        for word, weight in weights.items()
        if word in matched
    )
