"""Files that come with messages: handed to the tools that the message names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from understudy.errors import Invalid
from understudy.library.files import Files
from understudy.library.resources import vector_store_ids
from understudy.library.threads import Threads
from understudy.library.vector_store_files import VectorStoreFiles
from understudy.objects import Message, NewFile

_EXPIRY: Final = {"anchor": "last_active_at", "days": 7}


class Attachments:
    """Puts attached files into their thread's vector store, and its list for code."""

    def __init__(self, threads: Threads, members: VectorStoreFiles, files: Files) -> None:
        self._threads = threads
        self._stores = members.stores
        self._members = members
        self._files = files

    async def check(self, messages: Iterable[Message]) -> None:
        """Make sure that the files exist, before anything is stored. Raises `Invalid`."""
        for message in messages:
            for file_id in _files_for(message, "file_search", "code_interpreter"):
                if await self._files.find(file_id) is None:
                    raise Invalid(f"No such File object: {file_id}", param="attachments")

    async def settle(self, message: Message) -> None:
        """Hand a message's files to its tools."""
        searched = list(_files_for(message, "file_search"))
        executed = list(_files_for(message, "code_interpreter"))
        if not searched and not executed:
            return
        thread = await self._threads.get(message.thread_id)
        resources = dict(thread.tool_resources or {})
        if searched:
            store_id = await self._store(resources)
            await self._search(store_id, searched)
            resources["file_search"] = {"vector_store_ids": [store_id]}
        if executed:
            resources["code_interpreter"] = {"file_ids": _joined(resources, executed)}
        if resources != thread.tool_resources:
            await self._threads.modify(thread.id, {"tool_resources": resources})

    async def _store(self, resources: Mapping[str, Any]) -> str:
        """The thread's vector store; one is made on first use."""
        for store_id in vector_store_ids(resources):
            return store_id
        return (await self._stores.create(expires_after=_EXPIRY)).id

    async def _search(self, store_id: str, file_ids: Iterable[str]) -> None:
        there = await self._stores.members(store_id)
        fresh = [file_id for file_id in file_ids if there.get(file_id) is None]
        if fresh:
            await self._members.add_batch(store_id, [NewFile(file_id=file_id) for file_id in fresh])


def _joined(resources: Mapping[str, Any], file_ids: Iterable[str]) -> list[str]:
    known = resources.get("code_interpreter")
    before = known.get("file_ids") or () if isinstance(known, Mapping) else ()
    return list(dict.fromkeys([*before, *file_ids]))


def _files_for(message: Message, *tools: str) -> Iterator[str]:
    for attachment in message.attachments or ():
        asked = {tool.get("type") for tool in attachment.tools or ()}
        if attachment.file_id and asked & set(tools):
            yield attachment.file_id
