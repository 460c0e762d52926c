"""Postings, and BM25 over them, in plain Python: the floor that needs nothing installed."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import compress, islice
from operator import lt
from typing import Final, Protocol

from understudy_rag.words.catalogue import Catalogue
from understudy_rag.words.segments import Part

K1: Final = 1.2
B: Final = 0.75
HEAD_WEIGHT: Final = 2
MOST_COUNTED: Final = 255
"""How often a word may count in a chunk: a byte, and far more than what makes a difference."""
HIGHEST: Final = K1 + 1
"""What no word can add to a score, however often it stands in however short a chunk."""
_BUDGET: Final = 40_000
_RESCORED: Final = 1_000


class Postings(Protocol):
    """The chunks that have a word, and how often."""

    def __len__(self) -> int: ...


class Scorer(Protocol):
    """Reads postings, and finds the chunks with the most of some words.

    Two of them, with and without numpy, give the same scores to the last digit: they do the same
    sums in the same order. Words are added up from the one with the most weight on. When the ones
    that are left cannot lift a chunk without any of the former among the best, they are looked up
    for the chunks that have a chance, and their other postings are not touched (MaxScore).
    """

    def read(self, places: str, catalogue: Catalogue) -> Postings:
        """Postings from the ids of chunks, one for each place; negative in a title or heading."""
        ...

    def unpacked(self, parts: Sequence[Part], catalogue: Catalogue) -> Postings:
        """Postings from segments."""
        ...

    def joined(self, old: Postings, new: Postings, catalogue: Catalogue) -> Postings:
        """Both, `new` being of later chunks, without the chunks that are gone."""
        ...

    def best(
        self,
        asked: Sequence[tuple[float, Postings]],
        catalogue: Catalogue,
        mean: float,
        allowed: bytearray | None,
        limit: int,
    ) -> list[tuple[float, int]]:
        """The scores and ids of the best chunks.

        `asked`: words that are somewhere, with their weights, the greatest first.
        """
        ...


def counted(places: str) -> Counter[int]:
    """How often each chunk has a word, of which `places` are the places."""
    counts = Counter(map(int, places.split(",") if places else ()))
    if "-" in places:
        for head in [place for place in counts if place < 0]:
            counts[-head] += HEAD_WEIGHT * counts.pop(head)
    return counts


def bounds(asked: Sequence[tuple[float, Postings]]) -> list[float]:
    """For each word what it and those behind it can add to a score at the most."""
    found, left = [], 0.0
    for weight, _ in reversed(asked):
        left += weight * HIGHEST
        found.append(left * (1 + 1e-9))  # sums in another order may differ in the last digits
    return found[::-1]


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
            counted = zip(self.chunks, self.counts, strict=True)
            impacts = [_impact(count, lengths[chunk - base], mean) for chunk, count in counted]
            self.impacts = array("d", impacts)
            self.mean = mean
        return self.impacts

    def weigh_one(self, chunk: int, catalogue: Catalogue, mean: float) -> float:
        """What the word adds to one chunk's score."""
        at = bisect_left(self.chunks, chunk)
        if at == len(self.chunks) or self.chunks[at] != chunk:
            return 0.0
        return _impact(self.counts[at], catalogue.lengths[chunk - catalogue.base], mean)


def _impact(count: int, length: int, mean: float) -> float:
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length / mean))


class PlainScorer:
    """Adds up in a dictionary.

    Behind 40,000 postings it adds no more chunks: common words that are left only tell between the
    best thousand. To go through all of them would take a hundred milliseconds in large stores.
    """

    def read(self, places: str, catalogue: Catalogue) -> PlainPostings:
        """Count the places of each chunk."""
        return _of(counted(places))

    def unpacked(self, parts: Sequence[Part], catalogue: Catalogue) -> PlainPostings:
        """Those of several segments follow each other; those of several terms are counted."""
        chunks, counts = array("I"), array("B")
        for part in parts:
            chunks.frombytes(part.chunks)
            counts.frombytes(part.counts)
        if all(map(lt, chunks, islice(chunks, 1, None))):
            return PlainPostings(chunks, counts)
        summed: Counter[int] = Counter()
        for chunk, count in zip(chunks, counts, strict=True):
            summed[chunk] += count
        return _of(summed)

    def joined(self, old: Postings, new: Postings, catalogue: Catalogue) -> PlainPostings:
        """Those that stay, and the new."""
        assert isinstance(old, PlainPostings)
        assert isinstance(new, PlainPostings)
        chunks, counts = old.chunks + new.chunks, old.counts + new.counts
        lengths, base, last = catalogue.lengths, catalogue.base, catalogue.last
        if not chunks or (base <= chunks[0] and chunks[-1] <= last and not catalogue.has_gaps):
            return PlainPostings(chunks, counts)
        stay = [base <= chunk <= last and lengths[chunk - base] > 0 for chunk in chunks]
        return PlainPostings(array("I", compress(chunks, stay)), array("B", compress(counts, stay)))

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
        left, spent = bounds(asked), 0
        for at, (weight, postings) in enumerate(asked):
            assert isinstance(postings, PlainPostings)
            spent += len(postings)
            if (least := _decided(scores, limit, left, at, spent)) is not None:
                scores = {chunk: score for chunk, score in scores.items() if score >= least}
                _look_up(asked[at:], scores, catalogue, mean)
                break
            weighed = zip(postings.chunks, postings.weigh(catalogue, mean), strict=True)
            for chunk, impact in weighed if allowed is None else _only(weighed, allowed, catalogue):
                scores[chunk] = scores.get(chunk, 0.0) + weight * impact
        return _first(scores, limit)


def _of(counts: Mapping[int, int]) -> PlainPostings:
    chunks = sorted(counts)
    return PlainPostings(
        array("I", chunks), array("B", [min(counts[chunk], MOST_COUNTED) for chunk in chunks])
    )


def _only(
    weighed: Iterable[tuple[int, float]], allowed: bytearray, catalogue: Catalogue
) -> Iterator[tuple[int, float]]:
    return (each for each in weighed if allowed[each[0] - catalogue.base])


def _decided(
    scores: Mapping[int, float], limit: int, left: Sequence[float], at: int, spent: int
) -> float | None:
    """The score that a chunk must have to be among the best after all; None: go on adding."""
    if len(scores) < limit or (2 * left[at] >= left[0] and spent <= _BUDGET):
        return None
    least = nlargest(limit, scores.values())[-1]
    if least > left[at]:
        return least - left[at]
    return nlargest(_RESCORED, scores.values())[-1] if spent > _BUDGET else None


def _look_up(
    asked: Sequence[tuple[float, Postings]],
    scores: dict[int, float],
    catalogue: Catalogue,
    mean: float,
) -> None:
    for weight, postings in asked:
        assert isinstance(postings, PlainPostings)
        for chunk in scores:
            scores[chunk] += weight * postings.weigh_one(chunk, catalogue, mean)


def _first(scores: Mapping[int, float], limit: int) -> list[tuple[float, int]]:
    least = min(nlargest(limit, scores.values()), default=0.0)
    found = [(score, chunk) for chunk, score in scores.items() if score >= least]
    return sorted(found, key=lambda each: (-each[0], each[1]))[:limit]
