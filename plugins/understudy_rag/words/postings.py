"""Postings, and BM25 over them, in plain Python: the floor that needs nothing installed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import compress
from typing import Final, Protocol

from understudy_rag.words.catalogue import Catalogue

K1: Final = 1.2
B: Final = 0.75
HEAD_WEIGHT: Final = 2


class Postings(Protocol):
    """The chunks that have a word, and how often."""

    def __len__(self) -> int: ...


class Scorer(Protocol):
    """Reads postings, and finds the chunks with the most of some words.

    Two of them, with and without numpy, give the same scores to the last digit: they do the same
    sums in the same order.
    """

    def read(self, places: str, catalogue: Catalogue) -> Postings:
        """Postings from the ids of chunks, one for each place; negative in a title or heading."""
        ...

    def joined(self, old: Postings, new: Postings, catalogue: Catalogue) -> Postings:
        """Both: the old ones without the chunks that are gone, and new ones of later chunks."""
        ...

    def best(
        self,
        asked: Sequence[tuple[float, Postings]],
        catalogue: Catalogue,
        mean: float,
        allowed: bytearray | None,
        limit: int,
    ) -> list[tuple[float, int]]:
        """The scores and ids of the best chunks. `asked`: words with their weights."""
        ...


@dataclass(slots=True)
class PlainPostings:
    """Arrays, since a dictionary takes ten times the memory."""

    chunks: array[int]
    counts: array[int]
    mean: float = 0.0
    impacts: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.chunks)

    def weigh(self, catalogue: Catalogue, mean: float) -> array[float]:
        """What the word adds to each chunk's score, before its weight."""
        if self.mean != mean:
            lengths, base = catalogue.lengths, catalogue.base
            self.impacts = array(
                "d",
                [
                    count * (K1 + 1) / (count + K1 * (1 - B + B * lengths[chunk - base] / mean))
                    for chunk, count in zip(self.chunks, self.counts, strict=True)
                ],
            )
            self.mean = mean
        return self.impacts


class PlainScorer:
    """Adds up in a dictionary."""

    def read(self, places: str, catalogue: Catalogue) -> PlainPostings:
        """Count the places of each chunk."""
        counts: Counter[int] = Counter()
        for place, times in Counter(places.split(",") if places else ()).items():
            chunk = int(place)
            counts[abs(chunk)] += times if chunk > 0 else HEAD_WEIGHT * times
        chunks = array("q", sorted(counts))
        return PlainPostings(chunks, array("q", map(counts.__getitem__, chunks)))

    def joined(self, old: Postings, new: Postings, catalogue: Catalogue) -> PlainPostings:
        """Those that stay, and the new."""
        assert isinstance(old, PlainPostings)
        assert isinstance(new, PlainPostings)
        lengths, base = catalogue.lengths, catalogue.base
        stay = [chunk <= catalogue.last and lengths[chunk - base] > 0 for chunk in old.chunks]
        chunks = array("q", compress(old.chunks, stay)) + new.chunks
        return PlainPostings(chunks, array("q", compress(old.counts, stay)) + new.counts)

    def best(
        self,
        asked: Sequence[tuple[float, Postings]],
        catalogue: Catalogue,
        mean: float,
        allowed: bytearray | None,
        limit: int,
    ) -> list[tuple[float, int]]:
        """The best chunks; of equal ones the first."""
        scores: dict[int, float] = {}
        for weight, postings in asked:
            assert isinstance(postings, PlainPostings)
            for chunk, impact in zip(postings.chunks, postings.weigh(catalogue, mean), strict=True):
                scores[chunk] = scores.get(chunk, 0.0) + weight * impact
        if allowed is not None:
            scores = {c: score for c, score in scores.items() if allowed[c - catalogue.base]}
        return _first(scores, limit)


def _first(scores: dict[int, float], limit: int) -> list[tuple[float, int]]:
    least = min(nlargest(limit, scores.values()), default=0.0)
    found = [(score, chunk) for chunk, score in scores.items() if score >= least]
    return sorted(found, key=lambda each: (-each[0], each[1]))[:limit]
