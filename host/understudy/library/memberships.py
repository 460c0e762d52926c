"""The members of all vector stores, kept in step with what the index holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from understudy.errors import StoreError
from understudy.indexes import Index
from understudy.library.ingestion import Ingestion
from understudy.library.members import Members
from understudy.store import Path, Store

_log = logging.getLogger("understudy.vector_stores")
COLLECTION: Final[Path] = ("vector_stores",)


class Memberships:
    """Opens a store's list of files when it is first used."""

    def __init__(self, store: Store, index: Callable[[], Index], ingestion: Ingestion) -> None:
        self._store = store
        self._index = index
        self._ingestion = ingestion
        self._members: dict[str, Members] = {}
        self._opening = asyncio.Lock()

    def forget(self, store_id: str) -> None:
        """Open it anew the next time."""
        self._members.pop(store_id, None)

    async def of(self, store_id: str) -> Members:
        """The files of a store that is there; what was left unfinished is taken up."""
        members = self._members.get(store_id) or await self._opened(store_id)
        await members.refresh()
        self._ingestion.begin(members)
        return members

    async def _opened(self, store_id: str) -> Members:
        async with self._opening:
            members = self._members.get(store_id)
            if members is None:
                members = Members(self._store, (*COLLECTION, store_id))
                await members.refresh()
                if list(members):
                    await self._reconcile(members)
                self._members[store_id] = members
            return members

    async def _reconcile(self, members: Members) -> None:
        """Let the index hold what the log says: after a crash, or when the index was deleted."""
        store_id = members.path[-1]
        indexed = await self._indexed(store_id)
        done = {member.id for member in members if member.status == "completed"}
        lost = [member for member in members if member.id in done - indexed]
        await members.settle(lost, "in_progress")
        for file_id in indexed - done - {member.id for member in members.unfinished()}:
            await self._index().remove(store_id, file_id)

    async def _indexed(self, store_id: str) -> set[str]:
        try:
            return set(await self._index().files(store_id))
        except StoreError as error:
            if error.kind != "damaged":
                raise
            _log.warning("%s Its files are read again.", error)
            return set(await self._index().files(store_id))
