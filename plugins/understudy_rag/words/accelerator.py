"""Postings as numpy arrays: the same sums as in plain Python, in less time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from understudy_rag.words.catalogue import Catalogue
from understudy_rag.words.postings import HEAD_WEIGHT, K1, MOST_COUNTED, B, Postings, bounds
from understudy_rag.words.segments import Part

Floats = NDArray[np.float64]
_GROUP: Final = 64
_TINY: Final = float(np.nextafter(0.0, 1.0))


@dataclass(slots=True)
class VectorPostings:
    """Places in the catalogue, not ids: they are what arrays are indexed by."""

    places: NDArray[np.intp]
    counts: NDArray[np.uint8]
    mean: float = 0.0
    impacts: Floats | None = None

    def __len__(self) -> int:
        return len(self.places)

    def weigh(self, catalogue: Catalogue, mean: float) -> Floats:
        """What the word adds to each chunk's score, before its weight."""
        if self.impacts is None or self.mean != mean:
            self.impacts = _impacts(self.counts, self.places, catalogue, mean)
            self.mean = mean
        return self.impacts

    def weigh_some(self, places: NDArray[np.intp], catalogue: Catalogue, mean: float) -> Floats:
        """The same of some places; nothing where the word is not."""
        at = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        has = self.places[at] == places
        impacts = np.zeros(len(places))
        impacts[has] = _impacts(self.counts[at[has]], places[has], catalogue, mean)
        return impacts


def _impacts(
    counts: NDArray[np.uint8], places: NDArray[np.intp], catalogue: Catalogue, mean: float
) -> Floats:
    lengths = np.frombuffer(catalogue.lengths, np.uint32)[places].astype(np.float64)
    often = counts.astype(np.float64)
    return often * (K1 + 1) / (often + K1 * (1 - B + B * lengths / mean))


class VectorScorer:
    """Adds up in an array with a place for each chunk."""

    def read(self, places: str, catalogue: Catalogue) -> VectorPostings:
        """Count the places of each chunk."""
        if not places:
            return VectorPostings(np.empty(0, np.intp), np.empty(0, np.uint8))
        given: NDArray[np.int64] = np.fromstring(places, np.int64, sep=",")
        weights = np.where(given > 0, 1, HEAD_WEIGHT)
        return _summed(np.abs(given) - catalogue.base, weights)

    def unpacked(self, parts: Sequence[Part], catalogue: Catalogue) -> VectorPostings:
        """Those of several segments follow each other; those of several terms are counted."""
        ids = np.frombuffer(b"".join([part.chunks for part in parts]), np.uint32)
        counts = np.frombuffer(b"".join([part.counts for part in parts]), np.uint8)
        places = ids.astype(np.intp) - catalogue.base
        if np.all(places[1:] > places[:-1]):
            return VectorPostings(places, counts)
        return _summed(places, counts.astype(np.intp))

    def joined(self, old: Postings, new: Postings, catalogue: Catalogue) -> VectorPostings:
        """Those that stay, and the new."""
        assert isinstance(old, VectorPostings)
        assert isinstance(new, VectorPostings)
        places = np.concatenate((old.places, new.places)) if len(new) else old.places
        counts = np.concatenate((old.counts, new.counts)) if len(new) else old.counts
        first, end = np.searchsorted(places, (0, len(catalogue.lengths)))
        places, counts = places[first:end], counts[first:end]
        if catalogue.has_gaps:
            stay = np.frombuffer(catalogue.lengths, np.uint32)[places] > 0
            places, counts = places[stay], counts[stay]
        return VectorPostings(places, counts)

    def best(
        self,
        asked: Sequence[tuple[float, Postings]],
        catalogue: Catalogue,
        mean: float,
        allowed: bytearray | None,
        limit: int,
    ) -> list[tuple[float, int]]:
        """The best chunks; of equal ones the first."""
        words = [_Word(weight, cast("VectorPostings", postings)) for weight, postings in asked]
        left = [*bounds(asked), 0.0]
        scores = np.zeros(len(catalogue.lengths))
        mask = None if allowed is None else np.frombuffer(allowed, np.uint8)
        added = 0
        for word in words:
            if _is_decided(scores, word, left[added], left[0], limit):
                break
            scores[word.postings.places] += word.weight * word.postings.weigh(catalogue, mean)
            if mask is not None:
                scores *= mask
            added += 1
        places = np.flatnonzero(scores >= max(_least(scores, limit) - left[added], _TINY))
        found = scores[places]
        for word, rest in zip(words[added:], left[added + 1 :], strict=True):
            found += word.weight * word.postings.weigh_some(places, catalogue, mean)
            chance = found >= _nth(found, limit) - rest
            places, found = places[chance], found[chance]
        return _first(places + catalogue.base, found, limit)


@dataclass(frozen=True, slots=True)
class _Word:
    weight: float
    postings: VectorPostings


def _is_decided(scores: Floats, word: _Word, left: float, whole: float, limit: int) -> bool:
    """Whether a word and those behind it can bring no more chunks among the best."""
    is_long = 16 * len(word.postings) > len(scores)  # else it is added sooner than this is known
    return is_long and 2 * left < whole and _least(scores, limit) > left


def _first(ids: NDArray[np.intp], scores: Floats, limit: int) -> list[tuple[float, int]]:
    best = scores >= _nth(scores, limit)
    ids, scores = ids[best], scores[best]
    order = np.argsort(-scores, kind="stable")[:limit]
    return list(zip(scores[order].tolist(), ids[order].tolist(), strict=True))


def _summed(places: NDArray[np.intp], counts: NDArray[np.intp]) -> VectorPostings:
    if np.any(places[1:] < places[:-1]):  # of several terms
        order = np.argsort(places, kind="stable")
        places, counts = places[order], counts[order]
    firsts = np.flatnonzero(np.diff(places, prepend=-1))
    sums = np.add.reduceat(counts, firsts) if len(firsts) else counts
    return VectorPostings(places[firsts], np.minimum(sums, MOST_COUNTED).astype(np.uint8))


def _least(scores: Floats, limit: int) -> float:
    """What the best chunks have at least: that many groups have one with as much.

    To sort all of 100,000 would take longer than to score them.
    """
    whole = len(scores) // _GROUP * _GROUP
    return _nth(scores[:whole].reshape(_GROUP, -1).max(axis=0), limit)


def _nth(scores: Floats, limit: int) -> float:
    """The score of the last of the best; 0 where there are fewer."""
    return float(np.partition(scores, -limit)[-limit]) if len(scores) >= limit else 0.0
