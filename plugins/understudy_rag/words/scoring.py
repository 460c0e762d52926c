"""BM25 over several stores, on one scale: by the document counts of all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log

from understudy.indexes import Hit
from understudy_rag.stored import Match, StoredIndex
from understudy_rag.words.catalogue import Catalogue
from understudy_rag.words.languages import without_stop_words
from understudy_rag.words.postings import Postings


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
    stores: Mapping[str, StoredIndex],
    words: Sequence[str],
    only: Mapping[str, Collection[str]],
    limit: int,
) -> list[Scored]:
    """The chunks with the most of the words, best first. A word counts as often as it is asked."""
    asked = Counter(_telling(stores.values(), words))
    read = {store_id: store.look_up(list(asked)) for store_id, store in stores.items()}
    searched = _Searched(read.values())
    found = [
        (score, store_id, chunk)
        for store_id, (catalogue, postings) in read.items()
        for score, chunk in stores[store_id].scorer.best(
            searched.weighed(asked, postings),
            catalogue,
            searched.mean,
            catalogue.mask(only[store_id]) if store_id in only else None,
            limit,
        )
    ]
    found.sort(key=lambda each: -each[0])
    return _with_text(stores, found[:limit])


def _telling(stores: Collection[StoredIndex], words: Sequence[str]) -> list[str]:
    languages = dict.fromkeys(each for store in stores for each in store.languages())
    return without_stop_words(words, languages)


class _Searched:
    """What the stores hold, all together."""

    def __init__(self, read: Collection[tuple[Catalogue, Sequence[Postings]]]) -> None:
        self._chunks = sum(catalogue.chunks for catalogue, _ in read)
        self._letters = sum(catalogue.letters for catalogue, _ in read)
        self._having = [sum(map(len, each)) for each in zip(*(p for _, p in read), strict=True)]

    @property
    def mean(self) -> float:
        """The mean length of a chunk."""
        return max(1.0, self._letters / max(1, self._chunks))

    def weighed(
        self, asked: Mapping[str, int], postings: Sequence[Postings]
    ) -> list[tuple[float, Postings]]:
        """The postings with their weights, the rarest first."""
        weighed = [
            (times * log(1 + (self._chunks - having + 0.5) / (having + 0.5)), each)
            for times, having, each in zip(asked.values(), self._having, postings, strict=True)
            if len(each)
        ]
        return sorted(weighed, key=lambda each: -each[0])


def _with_text(
    stores: Mapping[str, StoredIndex], found: Sequence[tuple[float, str, int]]
) -> list[Scored]:
    matches = {
        (store_id, match.id): match
        for store_id in {store_id for _, store_id, _ in found}
        for match in stores[store_id].chunks([chunk for _, id_, chunk in found if id_ == store_id])
    }
    return [
        Scored(store_id, matches[store_id, chunk], score)
        for score, store_id, chunk in found
        if (store_id, chunk) in matches  # nobody took it away since
    ]
