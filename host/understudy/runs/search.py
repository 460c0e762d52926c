"""The effect `search`: a run looks in its assistant's and its thread's vector stores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import Field

from understudy.errors import Invalid, NotFound
from understudy.library.resources import vector_store_ids
from understudy.library.vector_stores import VectorStores
from understudy.objects import Assistant, AttributeFilter, RankingOptions, Thread
from understudy.runs.asked import Asked

JSON = dict[str, Any]
_PATIENCE: Final = 60.0
"""How long a run waits for files of its thread that are still being processed."""


class _Asked(Asked):
    query: str
    max_num_results: int = Field(20, ge=1, le=50)
    ranking_options: RankingOptions = Field(default_factory=RankingOptions)
    filters: AttributeFilter | None = None


class RunSearch:
    """Searches for one run."""

    def __init__(self, stores: VectorStores, assistant: Assistant, thread: Thread) -> None:
        self._stores = stores
        self._assistants = vector_store_ids(assistant.tool_resources)
        self._threads = vector_store_ids(thread.tool_resources)

    async def perform(self, payload: JSON) -> JSON:
        """`{"query", "max_num_results"?, "ranking_options"?, "filters"?}` → results, best first.

        Stores that expired or are gone are named in `unavailable`.
        """
        asked = _Asked.read(payload)
        found, gone = await self._usable([*self._assistants, *self._threads])
        await self._stores.settled([id_ for id_ in self._threads if id_ in found], _PATIENCE)
        results = await self._stores.search(
            found,
            asked.query,
            limit=asked.max_num_results,
            filters=asked.filters,
            ranking=asked.ranking_options,
        )
        return {"results": [result.wire() for result in results], "unavailable": gone}

    async def _usable(self, store_ids: Iterable[str]) -> tuple[list[str], list[str]]:
        found: list[str] = []
        gone: list[str] = []
        for store_id in dict.fromkeys(store_ids):
            (found if await self._is_there(store_id) else gone).append(store_id)
        return found, gone

    async def _is_there(self, store_id: str) -> bool:
        try:
            await self._stores.require_usable(store_id)
        except (NotFound, Invalid):
            return False
        return True
