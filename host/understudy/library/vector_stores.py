"""Vector stores: `vector_stores/ID/vector_store.json`, with the log of their files beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from understudy import hookspecs
from understudy.dispatch import Hooks
from understudy.embeddings import Embedder
from understudy.errors import Conflict, Invalid, NotFound, StoreError
from understudy.indexes import Hit, Index
from understudy.library.embedding import Embedding
from understudy.library.files import Files
from understudy.library.ingestion import Ingestion
from understudy.library.members import Member, Members
from understudy.library.memberships import COLLECTION, Memberships
from understudy.library.readable import readable_page
from understudy.objects import (
    AttributeFilter,
    RankingOptions,
    SearchResult,
    VectorStore,
    new_id,
)
from understudy.objects.vector_store import FoundText
from understudy.store import NAME, Document, Order, Page, Store

_DAY: Final = 86_400
_RERANKED: Final = 50


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for."""

    query: str
    limit: int
    filters: AttributeFilter | None = field(hash=False)
    ranking: RankingOptions = field(hash=False)


class VectorStores:
    """The vector stores of a data root. `VectorStoreFiles` adds to them and takes out."""

    def __init__(
        self,
        store: Store,
        files: Files,
        index: Callable[[], Index],
        embedding: Embedding,
        hooks: Hooks,
    ) -> None:
        self._store = store
        self._index = index
        self._embedding = embedding
        self._hooks = hooks
        self.ingestion = Ingestion(store, files, index, embedding)
        self._memberships = Memberships(store, index, self.ingestion)

    # -- the objects

    async def create(
        self,
        *,
        name: str | None = None,
        expires_after: Mapping[str, Any] | None = None,
        metadata: Mapping[str, str] | None = None,
        description: str | None = None,
    ) -> VectorStore:
        """Make an empty vector store. Raises `Invalid` for an embedding provider that is none."""
        self._embedding.check(metadata)
        now = int(time.time())
        value = {
            "id": new_id("vector_store"),
            "created_at": now,
            "last_active_at": now,
            "name": name or "",
            "expires_after": expires_after,
            "metadata": dict(metadata or {}),
            **({"description": description} if description is not None else {}),
        }
        made = VectorStore.read(value)
        await self._store.put((*COLLECTION, made.id), value, expect=None)
        return await self.get(made.id)

    async def get(self, store_id: str) -> VectorStore:
        """Read a vector store. Raises `NotFound`."""
        return await self._shown(await self._document(store_id))

    async def _document(self, store_id: str) -> Document:
        is_name = NAME.fullmatch(store_id)
        document = await self._store.get((*COLLECTION, store_id)) if is_name else None
        if document is None:
            raise NotFound(f"No vector store found with id '{store_id}'.")
        return _checked(document)

    async def _shown(self, document: Document) -> VectorStore:
        """The object, with what follows from its files and from the time."""
        members = await self.members(document.id)
        counts = members.counts()
        shown = VectorStore.read(
            {
                **document.value,
                "file_counts": counts.wire(),
                "usage_bytes": sum(member.usage_bytes for member in members),
                "expires_at": _expires_at(document.value),
            }
        )
        if shown.is_expired(time.time()):
            return shown.model_copy(update={"status": "expired"})
        return shown.model_copy(
            update={"status": "in_progress" if counts.in_progress else "completed"}
        )

    async def page(
        self,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[VectorStore]:
        """List the vector stores; what cannot be read is left out and said."""
        window: dict[str, Any] = {"limit": limit, "order": order, "after": after, "before": before}
        page = await readable_page(partial(self._store.page, COLLECTION), _checked, **window)
        return Page(tuple([await self._shown(item) for item in page.items]), page.has_more)

    async def modify(self, store_id: str, changes: Mapping[str, Any]) -> VectorStore:
        """Change the name, the metadata or the expiry. Raises `NotFound`, `Invalid`."""
        self._embedding.check(changes.get("metadata"))
        document = await self._document(store_id)
        changed = {**document.value, **changes, "name": changes.get("name", document.value["name"])}
        changed["name"] = changed["name"] or ""
        VectorStore.read(changed)
        await self._store.put(document.path, changed, expect=document.version)
        return await self.get(store_id)

    async def delete(self, store_id: str) -> None:
        """Remove a vector store and its index; the files themselves stay. Raises `NotFound`."""
        document = await self._document(store_id)
        await self.ingestion.stop(store_id)
        await self._index().drop(store_id)
        await self._store.delete(document.path)
        self._memberships.forget(store_id)

    async def require_usable(self, store_id: str) -> None:
        """Raise `NotFound` if there is no such store, `Invalid` if it expired."""
        document = await self._document(store_id)
        expires_at = _expires_at(document.value)
        if expires_at is not None and expires_at <= time.time():
            raise Invalid(
                f"The vector store {store_id} expired and cannot be searched.",
                hint="Make a new one with the same files.",
            )

    async def touch(self, store_id: str) -> None:
        """Note that a vector store is used. Raises `NotFound`."""
        document = await self._document(store_id)
        now = int(time.time())
        if document.value.get("last_active_at") == now:
            return
        value = {**document.value, "last_active_at": now}
        try:
            await self._store.put(document.path, value, expect=document.version, durable=False)
        except Conflict:  # somebody else uses it at this moment, too
            return

    # -- their files

    async def members(self, store_id: str) -> Members:
        """The files of a store that is there; what was left unfinished is taken up."""
        return await self._memberships.of(store_id)

    async def settled(self, store_ids: Sequence[str], seconds: float) -> bool:
        """Wait until nothing is in progress in these stores; False if it takes longer."""
        waits = [self.ingestion.settled(await self.members(id_), seconds) for id_ in store_ids]
        return all(await asyncio.gather(*waits))

    # -- searching

    async def search(
        self,
        store_ids: Sequence[str],
        query: str,
        *,
        limit: int = 10,
        filters: AttributeFilter | None = None,
        ranking: RankingOptions | None = None,
    ) -> list[SearchResult]:
        """The best chunks in several stores, best first. `filters` look at files' attributes.

        Raises `NotFound`, and `Invalid` if one expired.
        """
        search = _Search(query, limit, filters, ranking or RankingOptions())
        for store_id in store_ids:
            await self.require_usable(store_id)
            await self.touch(store_id)
        try:
            return await self._search(store_ids, search)
        except StoreError as error:
            if error.kind != "damaged":
                raise
            await self._rebuild(store_ids)
            return await self._search(store_ids, search)

    async def _search(self, store_ids: Sequence[str], search: _Search) -> list[SearchResult]:
        members = {store_id: await self.members(store_id) for store_id in store_ids}
        filters = search.filters
        only = {id_: _wanted(found, filters) for id_, found in members.items()} if filters else {}
        hits = await self._index().search(
            store_ids,
            search.query,
            limit=self._wide(search),
            only=only,
            embedders=await self._embedders(store_ids),
            weights=search.ranking.weights(),
        )
        found = ((hit, members[hit.store_id].get(hit.file_id)) for hit in hits)
        results: Sequence[SearchResult] = [
            _result(member, hit) for hit, member in found if member and member.status == "completed"
        ]
        if search.ranking.ranker != "none":
            results = await self._hooks.refine(hookspecs.rerank_results, search.query, results)
        good = [each for each in results if each.score >= search.ranking.score_threshold]
        return good[: search.limit]

    def _wide(self, search: _Search) -> int:
        """How many results are looked for: those who rerank need a choice."""
        rerank = self._hooks.implementations(hookspecs.rerank_results)
        if search.ranking.ranker == "none" or not rerank:
            return search.limit
        return max(search.limit, _RERANKED)

    async def _embedders(self, store_ids: Sequence[str]) -> dict[str, Embedder]:
        found = {id_: self._embedding.of((await self._document(id_)).value) for id_ in store_ids}
        return {id_: embedder for id_, embedder in found.items() if embedder}

    async def _rebuild(self, store_ids: Sequence[str]) -> None:
        for store_id in store_ids:
            self._memberships.forget(store_id)
        await self.settled(store_ids, seconds=60)

    async def text(self, filename: str, content: AsyncIterator[bytes]) -> str:
        """A file's text as it is searched. Raises `Unsearchable`."""
        return await self._index().text(filename, content)

    async def discard(self, store_id: str, file_id: str) -> None:
        """Take a file out of a store and its index."""
        members = await self.members(store_id)
        await members.remove(file_id)
        await self._index().remove(store_id, file_id)

    async def rebuild(self, store_id: str) -> None:
        """Make a store's index anew from the files themselves. Raises `NotFound`.

        It goes on in the background, and after a crash at the next use; see `settled`.
        """
        await self._document(store_id)
        await self.ingestion.stop(store_id)
        await self._index().drop(store_id)
        members = await self.members(store_id)
        wanted = [member for member in members if member.status != "cancelled"]
        await members.settle(wanted, "in_progress")
        self.ingestion.begin(members)

    async def close(self) -> None:
        """Stop working in the background."""
        await self.ingestion.close()


def _wanted(members: Members, filters: AttributeFilter) -> set[str]:
    return {member.id for member in members if filters.matches(member.attributes)}


def _result(member: Member, hit: Hit) -> SearchResult:
    return SearchResult(
        file_id=hit.file_id,
        filename=member.filename,
        score=hit.score,
        attributes=member.attributes,
        content=[FoundText(text=hit.text)],
        page=hit.page,
        line=hit.line,
        heading=hit.heading,
        start=hit.start,
        end=hit.end,
    )


def _checked(document: Document) -> Document:
    """The document, if it is a vector store's. Raises `Invalid`."""
    VectorStore.read(document.value)
    return document


def _expires_at(value: Mapping[str, Any]) -> int | None:
    after = value.get("expires_after")
    if not isinstance(after, Mapping):
        return None
    used: int = value.get("last_active_at") or value["created_at"]
    return used + int(after["days"]) * _DAY
