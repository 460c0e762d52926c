"""The results of a search, from the scores of chunks."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from understudy.indexes import Hit
from understudy_rag.stored import StoredIndex
from understudy_rag.words.scoring import Scored

Key = tuple[str, int]


def results(
    stores: Mapping[str, StoredIndex],
    found: Sequence[Scored],
    scores: Mapping[Key, float],
    limit: int,
) -> list[Hit]:
    """The best chunks, best first. `found` are those whose text is known already."""
    best = heapq.nlargest(limit, scores, key=scores.__getitem__)
    known = {each.key: each for each in found}
    missing = [key for key in best if key not in known]
    for store_id in {store_id for store_id, _ in missing}:
        for match in stores[store_id].chunks([chunk for id_, chunk in missing if id_ == store_id]):
            known[store_id, match.id] = Scored(store_id, match, 0.0)
    return [known[key].hit(scores[key]) for key in best if key in known]  # it may be gone by now
