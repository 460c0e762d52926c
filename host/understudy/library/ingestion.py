"""Making the files of vector stores searchable, in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from understudy.errors import Conflict, NotFound, StoreError, UnderstudyError
from understudy.indexes import Index, IndexedFile, Unsearchable
from understudy.library.embedding import Embedding
from understudy.library.files import Files
from understudy.library.members import Member, Members
from understudy.store import Store
from understudy.streams import closing

_log = logging.getLogger("understudy.vector_stores")
_AT_ONCE: Final = 2
_PATIENCE: Final = 600.0
_POLL_SECONDS: Final = 0.02


class Ingestion:
    """One task for each store that has files to do; the stores share a little room."""

    def __init__(
        self, store: Store, files: Files, index: Callable[[], Index], embedding: Embedding
    ) -> None:
        self._store = store
        self._embedding = embedding
        self._files = files
        self._index = index
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, members: Members) -> None:
        """See to the members that are not finished."""
        store_id = members.path[-1]
        if members.unfinished() and store_id not in self._busy:
            task = asyncio.create_task(self._work(members), name=f"ingestion of {store_id}")
            self._busy[store_id] = task
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settled(self, members: Members, seconds: float) -> bool:
        """Wait until nothing is in progress; False if it takes longer. Others may be at work."""
        try:
            async with asyncio.timeout(seconds):
                await members.refresh()
                while members.unfinished():
                    self.begin(members)
                    await asyncio.sleep(_POLL_SECONDS)
                    await members.refresh()
        except TimeoutError:
            return False
        return True

    async def _work(self, members: Members) -> None:
        store_id = members.path[-1]
        try:
            # One process at a time: the others would parse the same files.
            async with self._store.lock((*members.path, "ingestion"), timeout=_PATIENCE):
                await self._all(members)
        except Conflict:
            _log.info("%s: another process is at work", store_id)
        except UnderstudyError as error:
            _log.error("%s: ingestion stopped: %s", store_id, error)
        finally:
            self._leave(store_id)

    def _leave(self, store_id: str) -> None:
        """From here on a newcomer needs a task of its own."""
        if self._busy.get(store_id) is asyncio.current_task():
            del self._busy[store_id]

    async def _all(self, members: Members) -> None:
        await members.refresh()
        while (unfinished := members.unfinished()) and await self._store.get(members.path):
            async with self._room:
                await self._one(members, unfinished[0])
        self._leave(members.path[-1])

    async def _one(self, members: Members, member: Member) -> None:
        try:
            outcome = await self._outcome(members, member)
        except StoreError as error:  # the index was set aside, with all that was in it
            _log.warning("%s", error)
            done = [each for each in members if each.status == "completed"]
            await members.settle(done, "in_progress")
            return
        await members.change(member, **outcome)
        now = members.get(member.id)
        if now is None or now.status == "cancelled":
            await self._index().remove(members.path[-1], member.id)

    async def _outcome(self, members: Members, member: Member) -> dict[str, Any]:
        try:
            used = await self._add(members, member)
        except Unsearchable as error:
            return _failed(error.code, str(error))
        except NotFound:
            return _failed("invalid_file", "The file was deleted before it was read.")
        except StoreError as error:
            if error.kind == "damaged":
                raise
            return _failed("server_error", str(error))
        except Exception as error:  # whatever a plugin does: the other files go on
            _log.error("%s in %s failed", member.id, members.path[-1], exc_info=error)
            return _failed("server_error", "The file could not be processed.")
        return {"status": "completed", "usage_bytes": used, "last_error": None}

    async def _add(self, members: Members, member: Member) -> int:
        sizes = member.chunking_strategy["static"]
        store = await self._store.get(members.path)
        embedder = self._embedding.of(store.value) if store else None
        async with closing(self._files.content(member.id)) as content:
            file = IndexedFile(
                member.id,
                member.filename,
                content,
                sizes["max_chunk_size_tokens"],
                sizes["chunk_overlap_tokens"],
                embedder,
            )
            return await self._index().add(members.path[-1], file)

    async def stop(self, store_id: str) -> None:
        """Stop working on a store, before it is deleted."""
        task = self._busy.get(store_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            if self._busy.get(store_id) is task:  # it was cancelled before it had begun
                del self._busy[store_id]

    async def close(self) -> None:
        """Stop; what was not finished is taken up at the next use."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"status": "failed", "last_error": {"code": code, "message": message}}
