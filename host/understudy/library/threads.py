"""Threads: where they lie, and their objects."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from understudy.errors import NotFound
from understudy.jan import inline_messages, thread_from_jan
from understudy.library.messages import Messages
from understudy.library.thread_pages import ThreadPages
from understudy.objects import Thread, new_id
from understudy.store import NAME, Document, Order, Page, Path, Store

ROOT: Path = ("threads",)


class Threads:
    """The threads of a data root.

    Most lie in `threads/`; those of an assistant whose `thread_location` is its own folder lie
    in `assistants/ID/threads/`, so that they are copied and deleted with it. `homes` tells where
    threads may lie besides the root.
    """

    def __init__(self, store: Store, homes: Callable[[], list[Path]]) -> None:
        self._store = store
        self._homes = homes
        self._known: dict[str, Path] = {}
        self._pages = ThreadPages(store, lambda item: _thread(item.value, item.id))

    def places(self) -> list[Path]:
        """Where threads lie."""
        return list(dict.fromkeys((ROOT, *self._homes())))

    async def create(
        self,
        *,
        home: Path = ROOT,
        metadata: Mapping[str, str] | None = None,
        tool_resources: Mapping[str, Any] | None = None,
    ) -> Thread:
        """Make an empty thread below `home`."""
        thread = Thread(
            id=new_id("thread"),
            created_at=int(time.time()),
            metadata=dict(metadata or {}),
            tool_resources=dict(tool_resources) if tool_resources else None,
        )
        await self._store.put((*home, thread.id), thread.wire(), expect=None)
        self._known[thread.id] = (*home, thread.id)
        return thread

    async def locate(self, thread_id: str) -> Path:
        """The path of a thread. Raises `NotFound`."""
        return (await self._found(thread_id)).path

    async def _found(self, thread_id: str) -> Document:
        """Where a thread lies, and its file as it is now. Raises `NotFound`."""
        if not NAME.fullmatch(thread_id):
            raise _not_found(thread_id)
        known = self._known.get(thread_id)
        candidates = [known] if known else [(*home, thread_id) for home in (ROOT, *self._homes())]
        for path in candidates:
            document = await self._store.get(path)
            if document is not None:
                self._known[thread_id] = path
                return document
        if self._known.pop(thread_id, None):
            return await self._found(thread_id)
        raise _not_found(thread_id)

    async def get(self, thread_id: str) -> Thread:
        """Read a thread. Raises `NotFound`."""
        return _thread((await self._found(thread_id)).value, thread_id)

    async def page(
        self,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Thread]:
        """List all threads, wherever they lie; what cannot be read is left out and said."""
        homes = dict.fromkeys((ROOT, *self._homes()))
        first = await self.locate(after) if after is not None else None
        end = await self.locate(before) if before is not None else None
        page = await self._pages.page(list(homes), limit, order, first, end)
        return Page(tuple(thread for _, thread in page.items), page.has_more)

    async def messages(self, thread_id: str) -> Messages:
        """The messages of a thread. Raises `NotFound`.

        Those that Jan's first design kept inside thread.json are first written to messages.jsonl.
        """
        document = await self._found(thread_id)
        messages = Messages(self._store, document.path)
        if document.value.get("messages"):
            await messages.adopt(inline_messages(document.value, thread_id))
        return messages

    async def modify(self, thread_id: str, changes: Mapping[str, Any]) -> Thread:
        """Change fields of thread.json; the rest of it stays as it is."""
        document = await self._found(thread_id)
        # Jan's own titles are shown as metadata: they must not come back over the new ones.
        changed = {**thread_from_jan(dict(document.value), thread_id), **changes}
        thread = _thread(changed, thread_id)
        await self._store.put(document.path, changed, expect=document.version)
        return thread

    async def delete(self, thread_id: str) -> None:
        """Remove a thread with its messages and runs. Raises `NotFound`."""
        await self._store.delete(await self.locate(thread_id))
        self._known.pop(thread_id, None)


def _not_found(thread_id: str) -> NotFound:
    return NotFound(
        f"No thread found with id '{thread_id}'.",
        hint="`understudy list --threads` shows the threads there are.",
    )


def _thread(value: Mapping[str, Any], thread_id: str) -> Thread:
    return Thread.read(thread_from_jan(dict(value), thread_id))
