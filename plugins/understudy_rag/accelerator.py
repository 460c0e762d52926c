"""Postings as numpy arrays: the same sums as in plain Python, in less time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from understudy_rag.catalogue import Catalogue
from understudy_rag.postings import HEAD_WEIGHT, K1, B, Postings

Floats = NDArray[np.float64]


@dataclass(slots=True)
class VectorPostings:
    """Places in the catalogue, not ids: they are what arrays are indexed by."""

    places: NDArray[np.intp]
    counts: NDArray[np.uint32]
    mean: float = 0.0
    impacts: Floats | None = None

    def __len__(self) -> int:
        return len(self.places)

    def weigh(self, catalogue: Catalogue, mean: float) -> Floats:
        """What the word adds to each chunk's score, before its weight."""
        if self.impacts is None or self.mean != mean:
            lengths = np.frombuffer(catalogue.lengths, np.uint32)[self.places].astype(np.float64)
            counts = self.counts.astype(np.float64)
            self.impacts = counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths / mean))
            self.mean = mean
        return self.impacts


class VectorScorer:
    """Adds up in one array over all chunks."""

    def read(self, places: str, catalogue: Catalogue) -> VectorPostings:
        """Count the places of each chunk."""
        chunks: NDArray[Any] = np.array(places.split(",") if places else [], np.int64)
        found, which = np.unique(np.abs(chunks), return_inverse=True)
        counts = np.bincount(which, np.where(chunks > 0, 1, HEAD_WEIGHT), len(found))
        return VectorPostings(found - catalogue.base, counts.astype(np.uint32))

    def best(
        self,
        asked: Sequence[tuple[float, Postings]],
        catalogue: Catalogue,
        mean: float,
        allowed: bytearray | None,
        limit: int,
    ) -> list[tuple[float, int]]:
        """The best chunks; of equal ones the first."""
        scores = np.zeros(len(catalogue.lengths))
        for weight, postings in asked:
            assert isinstance(postings, VectorPostings)
            scores[postings.places] += weight * postings.weigh(catalogue, mean)
        if allowed is not None:
            scores *= np.frombuffer(allowed, np.uint8)
        return _first(scores, catalogue.base, limit)


def _first(scores: Floats, base: int, limit: int) -> list[tuple[float, int]]:
    places = np.flatnonzero(scores)
    found = scores[places]
    if len(found) > limit:
        least = np.partition(found, len(found) - limit)[len(found) - limit]
        places, found = places[found >= least], found[found >= least]
    order = np.argsort(-found, kind="stable")[:limit]
    return list(zip(found[order].tolist(), (places[order] + base).tolist(), strict=True))
