"""The dense half of a search: what is like the query by its vector.

Where it fails, for whatever reason, words alone are searched.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from understudy.embeddings import Embedder
from understudy.errors import StoreError, UnderstudyError
from understudy_rag.meaning.filling import LOCK, Filling, InThread, embedded, model_name
from understudy_rag.meaning.fusion import Similarities
from understudy_rag.meaning.matrix import Matrix, Nearest
from understudy_rag.meaning.stored_vectors import StoredVectors, Text
from understudy_rag.meaning.vectors import cosine, unit

Key = tuple[str, int]
CANDIDATES: Final = 50
"""How many of the best chunks by words are looked at, and how many of the nearest. The former get a
vector at once, if they lack it: they alone are worth as much as all (nDCG@10 .533 against .534)."""
_PATIENCE: Final = 5.0
_BUDGET: Final = 0.5
_PAUSE: Final = 30.0
_MAX_OPEN: Final = 32
_log = logging.getLogger("understudy.rag")


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: in `stores` (paths by id), of the files in `only` (by the stores' ids).

    `candidates` are the best chunks by words, best first.
    """

    text: str
    stores: Mapping[str, Path] = field(hash=False)
    only: Mapping[str, Collection[str]] = field(hash=False)
    candidates: Sequence[Key] = field(hash=False)

    def of(self, store_id: str, limit: int | None = None) -> list[int]:
        """The candidates of one store."""
        return [chunk for store, chunk in self.candidates[:limit] if store == store_id]


class _Store:
    """A store's vectors on the disk, and their copy in memory."""

    def __init__(self, path: Path) -> None:
        self.stored = StoredVectors(path)
        self._matrix = Matrix(self.stored)

    def lacking(self, model: str, chunks: Sequence[int]) -> list[Text]:
        """Those of some chunks, in their order, that have no vector of a model."""
        self.stored.adopt(model)
        rank = {chunk: at for at, chunk in enumerate(chunks)}
        return sorted(self.stored.lacking(chunks), key=lambda text: rank[text.chunk])

    def nearest(
        self, query: Sequence[float], only: Collection[str] | None, also: Sequence[int]
    ) -> Nearest:
        """The nearest chunks of all; of `also`, where all are too many or numpy is missing."""
        found = self._matrix.nearest(query, CANDIDATES, only, also) if _has_numpy() else None
        if found is not None:
            return found
        vectors = self.stored.of(also)
        cosines = {chunk: cosine(query, packed) for chunk, packed in vectors.items()}
        values = cosines.values()
        return Nearest(cosines, min(values, default=0.0), max(values, default=0.0))


class Dense:
    """Looks for what is like a query, and sees to it that there are vectors."""

    def __init__(self, in_thread: InThread) -> None:
        self._in_thread = in_thread
        self._filling = Filling(in_thread)
        self._open: OrderedDict[Path, _Store] = OrderedDict()
        self._quiet_until: dict[str, float] = {}

    def begin(self, path: Path, embedder: Embedder) -> None:
        """Make a store's missing vectors, in the background."""
        self._filling.begin(self._store(path).stored, embedder)

    async def similarities(
        self, question: Question, embedders: Mapping[str, Embedder]
    ) -> list[Similarities[Key]]:
        """What is like the query, for each model. A model that fails has nothing to say."""
        groups: dict[str, list[str]] = {}
        for store_id in question.stores:
            if store_id in embedders:
                groups.setdefault(embedders[store_id].identity, []).append(store_id)
        found = [
            await self._contained(question, store_ids, embedders[store_ids[0]])
            for store_ids in groups.values()
        ]
        return [each for each in found if each is not None]

    async def _contained(
        self, question: Question, store_ids: Sequence[str], embedder: Embedder
    ) -> Similarities[Key] | None:
        if time.monotonic() < self._quiet_until.get(embedder.identity, 0.0):
            return None
        try:
            return await self._similar(question, store_ids, embedder)
        except StoreError:
            raise
        except Exception as error:  # whatever a plugin does: words are still searched
            self._quiet_until[embedder.identity] = time.monotonic() + _PAUSE
            reason = str(error) if isinstance(error, UnderstudyError) else repr(error)
            _log.warning("no vector of the query, words alone are searched: %s", reason)
            return None

    async def _similar(
        self, question: Question, store_ids: Sequence[str], embedder: Embedder
    ) -> Similarities[Key]:
        async with asyncio.timeout(_PATIENCE):
            [vector] = await embedder.embed([question.text], "query")
        query, model = unit(vector), model_name(embedder, len(vector))
        stores = {id_: self._store(question.stores[id_]) for id_ in store_ids}
        best = {id_: question.of(id_, CANDIDATES) for id_ in stores}
        lacking = await self._in_thread(
            lambda: {id_: store.lacking(model, best[id_]) for id_, store in stores.items()}
        )
        await self._lazily(stores, lacking, embedder)
        for store in stores.values():
            self._filling.begin(store.stored, embedder)
        if not question.candidates:  # vectors alone can tell, and some of them tell wrongly
            await self._filling.settled([store.stored.path for store in stores.values()], _PATIENCE)
        return _together(await self._nearest(stores, query, question))

    async def _nearest(
        self, stores: Mapping[str, _Store], query: Sequence[float], question: Question
    ) -> dict[str, Nearest]:
        def work() -> dict[str, Nearest]:
            return {
                id_: store.nearest(query, question.only.get(id_), question.of(id_))
                for id_, store in stores.items()
            }

        found: dict[str, Nearest] = await self._in_thread(work)
        return found

    async def _lazily(
        self,
        stores: Mapping[str, _Store],
        lacking: Mapping[str, Sequence[Text]],
        embedder: Embedder,
    ) -> None:
        """Make vectors of the best candidates without one, as many as there is time for."""
        try:
            async with asyncio.timeout(_BUDGET):
                for store_id, texts in lacking.items():
                    await self._embed(stores[store_id].stored, texts, embedder)
        except (TimeoutError, UnderstudyError) as error:
            if isinstance(error, StoreError):
                raise
            _log.info("vectors of the best passages are left for later: %s", error)

    async def _embed(
        self, stored: StoredVectors, texts: Sequence[Text], embedder: Embedder
    ) -> None:
        for first in range(0, len(texts), embedder.at_once):
            model, made = await embedded(embedder, texts[first : first + embedder.at_once])
            await self._in_thread(partial(stored.put, model, made))

    async def drop(self, path: Path) -> None:
        """Let go of a store that is removed."""
        await self._filling.stop(path)
        if store := self._open.pop(path, None):
            await self._in_thread(store.stored.close)
        path.with_name(LOCK).unlink(missing_ok=True)

    async def close(self) -> None:
        """Stop working in the background, close the files."""
        await self._filling.close()
        for store in self._open.values():
            await self._in_thread(store.stored.close)

    def _store(self, path: Path) -> _Store:
        """A store's vectors. The longest idle are forgotten."""
        if path not in self._open:
            self._open[path] = _Store(path)
        self._open.move_to_end(path)
        if len(self._open) > _MAX_OPEN:
            self._open.popitem(last=False)[1].stored.close()
        return self._open[path]


def _together(nearest: Mapping[str, Nearest]) -> Similarities[Key]:
    cosines = {
        (store_id, chunk): value
        for store_id, found in nearest.items()
        for chunk, value in found.cosines.items()
    }
    ends = [(found.least, found.greatest) for found in nearest.values() if found.cosines]
    least = min((low for low, _ in ends), default=0.0)
    return Similarities(cosines, least, max((high for _, high in ends), default=0.0))


@cache
def _has_numpy() -> bool:
    return find_spec("numpy") is not None
