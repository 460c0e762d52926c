"""The files in vector stores: added one by one or in batches, listed, changed, taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from understudy.errors import Invalid, NotFound
from understudy.library.files import Files
from understudy.library.members import Member, Members, count, stamps
from understudy.library.vector_stores import VectorStores
from understudy.objects import FileBatch, NewFile, VectorStore, VectorStoreFile, new_id
from understudy.store import NAME, Page, Path, Record, Store
from understudy.streams import closing

MAX_FILES: Final = 10_000


class VectorStoreFiles:
    """The files in the vector stores of a data root."""

    def __init__(self, store: Store, stores: VectorStores, files: Files) -> None:
        self._store = store
        self.stores = stores
        self._files = files

    # -- one by one

    async def add(self, store_id: str, addition: NewFile) -> VectorStoreFile:
        """Put a file into a store; it is made searchable in the background.

        Raises `NotFound` for the store or the file.
        """
        [file] = await self.add_all(store_id, [addition])
        return file

    async def add_all(self, store_id: str, additions: Sequence[NewFile]) -> list[VectorStoreFile]:
        """Put several files into a store in one write. Raises `NotFound` for it, or one of them."""
        await self.stores.get(store_id)
        members = await self._put(store_id, await self._drafts(additions, None))
        return [member.file(store_id) for member in members]

    async def create_store(self, additions: Sequence[NewFile], **fields: Any) -> VectorStore:
        """A new store with files in it. Nothing is made if one of them does not exist."""
        drafts = await self._drafts(additions, None)
        store = await self.stores.create(**fields)
        await self._put(store.id, drafts)
        return await self.stores.get(store.id)

    async def get(self, store_id: str, file_id: str) -> VectorStoreFile:
        """Read a file's state. Raises `NotFound`."""
        return (await self._member(store_id, file_id)).file(store_id)

    async def page(
        self, store_id: str, *, status: str | None = None, **window: Any
    ) -> Page[VectorStoreFile]:
        """List the files of a store, or those in one state."""
        await self.stores.get(store_id)
        wanted = _in_state(await self.stores.members(store_id), status)
        return _page([member.file(store_id) for member in wanted], **window)

    async def modify(
        self, store_id: str, file_id: str, attributes: Mapping[str, Any]
    ) -> VectorStoreFile:
        """Replace a file's attributes. Raises `NotFound`."""
        member = await self._member(store_id, file_id)
        members = await self.stores.members(store_id)
        await members.change(member, attributes=dict(attributes))
        return await self.get(store_id, file_id)

    async def remove(self, store_id: str, file_id: str) -> None:
        """Take a file out of a store; the file itself stays. Raises `NotFound`."""
        await self._member(store_id, file_id)
        await self.stores.discard(store_id, file_id)

    async def remove_everywhere(self, file_id: str) -> None:
        """Take a file out of all stores."""
        after: str | None = None
        while True:
            page = await self.stores.page(limit=100, after=after)
            for store in page.items:
                if (await self.stores.members(store.id)).get(file_id) is not None:
                    await self.stores.discard(store.id, file_id)
            if not page.has_more:
                return
            after = page.items[-1].id

    async def text(self, store_id: str, file_id: str) -> str:
        """A file's text as it is searched. Raises `NotFound`, `Unsearchable`."""
        member = await self._member(store_id, file_id)
        async with closing(self._files.content(file_id)) as content:
            return await self.stores.text(member.filename, content)

    async def _member(self, store_id: str, file_id: str) -> Member:
        await self.stores.get(store_id)
        member = (await self.stores.members(store_id)).get(file_id)
        if member is None:
            raise NotFound(f"No file found with id '{file_id}' in vector store '{store_id}'.")
        return member

    async def _drafts(self, additions: Sequence[NewFile], batch_id: str | None) -> list[Member]:
        times = stamps(len(additions))
        return [
            await self._draft(addition, added, batch_id)
            for addition, added in zip(additions, times, strict=True)
        ]

    async def _draft(self, addition: NewFile, added: float, batch_id: str | None) -> Member:
        file = await self._files.get(addition.file_id)
        return Member(
            id=file.id,
            added=added,
            filename=file.filename,
            chunking_strategy=addition.chunking().model_dump(),
            attributes=dict(addition.attributes or {}),
            batch_id=batch_id,
        )

    async def _put(self, store_id: str, drafts: Sequence[Member]) -> list[Member]:
        members = await self.stores.members(store_id)
        if len({member.id for member in (*members, *drafts)}) > MAX_FILES:
            raise Invalid(f"A vector store holds at most {MAX_FILES} files.", param="file_ids")
        await members.add(drafts)
        await self.stores.touch(store_id)
        self.stores.ingestion.begin(members)
        return list(drafts)

    # -- in batches

    async def add_batch(self, store_id: str, additions: Sequence[NewFile]) -> FileBatch:
        """Put several files into a store. Raises `NotFound` for the store or one of the files."""
        await self.stores.get(store_id)
        once = list({addition.file_id: addition for addition in additions}.values())
        batch_id = new_id("batch")
        drafts = await self._drafts(once, batch_id)
        batch = {
            "id": batch_id,
            "created_at": int(drafts[0].added),
            "vector_store_id": store_id,
            "file_ids": [draft.id for draft in drafts],
        }
        await self._store.put(self._batch_path(store_id, batch_id), batch, expect=None)
        await self._put(store_id, drafts)
        return await self.batch(store_id, batch_id)

    async def batch(self, store_id: str, batch_id: str) -> FileBatch:
        """Read a batch. Raises `NotFound`."""
        record = await self._record(store_id, batch_id)
        counts = count(await self._of_batch(store_id, record))
        status = "cancelled" if record.get("cancelled") else "completed"
        return FileBatch.read(
            {
                **{name: record[name] for name in ("id", "created_at", "vector_store_id")},
                "status": "in_progress" if counts.in_progress else status,
                "file_counts": counts.wire(),
            }
        )

    async def batch_page(
        self, store_id: str, batch_id: str, *, status: str | None = None, **window: Any
    ) -> Page[VectorStoreFile]:
        """List the files of a batch, or those in one state. Raises `NotFound`."""
        record = await self._record(store_id, batch_id)
        wanted = _in_state(await self._of_batch(store_id, record), status)
        return _page([member.file(store_id) for member in wanted], **window)

    async def cancel_batch(self, store_id: str, batch_id: str) -> FileBatch:
        """Stop a batch: what is in progress is cancelled. Raises `NotFound`, `Invalid`."""
        batch = await self.batch(store_id, batch_id)
        if batch.status != "in_progress":
            raise Invalid(f"Cannot cancel file batch with status '{batch.status}'.")
        record = await self._record(store_id, batch_id)
        path = self._batch_path(store_id, batch_id)
        await self._store.put(path, {**record, "cancelled": True})
        members = await self.stores.members(store_id)
        unfinished = _in_state(await self._of_batch(store_id, record), "in_progress")
        await members.settle(unfinished, "cancelled")
        return await self.batch(store_id, batch_id)

    def _batch_path(self, store_id: str, batch_id: str) -> Path:
        if not NAME.fullmatch(batch_id):
            raise _no_batch(batch_id)
        return ("vector_stores", store_id, "batches", batch_id)

    async def _record(self, store_id: str, batch_id: str) -> Record:
        await self.stores.get(store_id)
        document = await self._store.get(self._batch_path(store_id, batch_id))
        if document is None:
            raise _no_batch(batch_id)
        return document.value

    async def _of_batch(self, store_id: str, record: Record) -> list[Member]:
        members = await self.stores.members(store_id)
        found = (members.get(file_id) for file_id in record["file_ids"])
        return [member for member in found if member and member.batch_id == record["id"]]


def _in_state(members: Iterable[Member] | Members, status: str | None) -> list[Member]:
    return [member for member in members if status in (None, member.status)]


def _page(
    files: Sequence[VectorStoreFile],
    *,
    limit: int = 20,
    order: str = "desc",
    after: str | None = None,
    before: str | None = None,
) -> Page[VectorStoreFile]:
    """A page of files that are all at hand, oldest first. Raises `NotFound` for a bad cursor."""
    ordered = list(files) if order == "asc" else list(reversed(files))
    place = {file.id: at for at, file in enumerate(ordered)}
    begin = _place(place, after, lambda at: at + 1, 0)
    end = _place(place, before, lambda at: at, len(ordered))
    if before and not after:
        return Page(tuple(ordered[max(0, end - limit) : end]), end > limit)
    window = ordered[begin:end]
    return Page(tuple(window[:limit]), len(window) > limit)


def _place(
    place: Mapping[str, int], cursor: str | None, beyond: Callable[[int], int], default: int
) -> int:
    if cursor is None:
        return default
    if cursor not in place:
        raise NotFound(f"No file found with id '{cursor}'.")
    return beyond(place[cursor])


def _no_batch(batch_id: str) -> NotFound:
    return NotFound(f"No file batch found with id '{batch_id}'.")
