"""Assistants: the folders of the data root and the built-in ones, read, changed and loaded."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from understudy.errors import Conflict, NotFound
from understudy.folder import AssistantFolder, Sources, fingerprint, read_document, read_folder
from understudy.library.loading import LoadedAssistant, Loader
from understudy.objects import Assistant, ToolEntry, new_id
from understudy.permissions.permissions import Permissions
from understudy.store import NAME, Document, Order, Page, Path, Store
from understudy.suggestion import did_you_mean

COLLECTION: Path = ("assistants",)
_SUGGESTED_FROM = 100
_KEPT = 256


@dataclass(slots=True)
class _Cached:
    """A loaded assistant, as long as its files stay as they are."""

    loaded: LoadedAssistant
    fingerprint: object
    users: int = 0
    stale: bool = False


class Assistants:
    """The assistants of a data root, and the built-in ones.

    A folder of the root hides a built-in one of the same name. Built-in ones are never changed.
    """

    def __init__(
        self, store: Store, loader: Loader, builtin: FilePath, permissions: Permissions
    ) -> None:
        self._permissions = permissions
        self._store = store
        self._loader = loader
        self._builtin = builtin
        self._cache: dict[str, _Cached] = {}
        self._objects: dict[str, tuple[Sources, Assistant]] = {}

    # -- reading

    async def folder(self, assistant_id: str) -> AssistantFolder:
        """Read an assistant's folder, with all that is wrong in it. Raises `NotFound`."""
        if NAME.fullmatch(assistant_id):
            path = self._path(assistant_id)
            if path is not None:
                return read_folder(path, id=assistant_id)
            document = await self._store.get((*COLLECTION, assistant_id))
            if document is not None:
                return read_document(document.value, id=assistant_id)
        raise await self._not_found(assistant_id)

    def _path(self, assistant_id: str) -> FilePath | None:
        own = self._store.folder((*COLLECTION, assistant_id))
        for path in (own, self._builtin / assistant_id):
            if path is not None and path.is_dir():
                return path
        return None

    async def _not_found(self, assistant_id: str) -> NotFound:
        newest = await self._store.page(COLLECTION, limit=_SUGGESTED_FROM)
        ids = [*(document.id for document in newest.items), *self._builtin_ids()]
        more = "`understudy list` shows the assistants there are; `understudy new NAME` makes one."
        return NotFound(
            f"No assistant found with id '{assistant_id}'.",
            hint=f"{did_you_mean(assistant_id, ids)} {more}".strip(),
        )

    async def get(self, assistant_id: str) -> Assistant:
        """Read an assistant's object. Raises `NotFound`, or `Invalid` if it is malformed.

        As long as its files stay as they are, all get the same object: do not change it.
        """
        kept = self._objects.get(assistant_id)
        if kept is not None and kept[0].are_unchanged():
            return kept[1]
        sources = self._sources(assistant_id)
        assistant = (await self.folder(assistant_id)).require_assistant()
        self._keep(assistant_id, sources, assistant)
        return assistant

    def _sources(self, assistant_id: str) -> Sources:
        """Where an assistant may lie: a folder of the root hides a built-in one."""
        if not NAME.fullmatch(assistant_id):
            return Sources((), ())
        own = self._store.folder((*COLLECTION, assistant_id))
        return Sources.of([str(own), str(self._builtin / assistant_id)] if own else [])

    def _keep(self, assistant_id: str, sources: Sources, assistant: Assistant) -> None:
        if any(sources.states) and sources.are_settled():
            self._objects[assistant_id] = (sources, assistant)
        if len(self._objects) > _KEPT:
            del self._objects[next(iter(self._objects))]

    async def page(
        self,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[AssistantFolder]:
        """List the data root's own assistants; those without an assistant.json come last.

        One that is malformed is there with its problems, and without an `assistant`.
        """
        if after is not None and (path := self._path(after)) and _is_bare(path):
            return _page_of(self.undeclared(), limit, after)
        page = await self._store.page(
            COLLECTION, limit=limit, order=order, after=after, before=before
        )
        listed = tuple(self._listed(document) for document in page.items)
        if page.has_more or before is not None:
            return Page(listed, page.has_more)
        rest = _page_of(self.undeclared(), limit - len(listed))
        return Page((*listed, *rest.items), rest.has_more)

    def _listed(self, document: Document) -> AssistantFolder:
        path = self._store.folder(document.path)
        if path is not None:
            return read_folder(path, id=document.id)
        return read_document(document.value, id=document.id)

    def builtin(self) -> list[AssistantFolder]:
        """The built-in assistants, by name; those that a folder of the root hides are not here."""
        visible = [name for name in self._builtin_ids() if self._path(name) == self._builtin / name]
        return [read_folder(self._builtin / name, id=name) for name in visible]

    def undeclared(self) -> list[AssistantFolder]:
        """Folders of the root that are assistants without an assistant.json: AGENTS.md or code."""
        own = self._store.folder((*COLLECTION, "any"))
        paths = sorted(own.parent.iterdir()) if own is not None and own.parent.is_dir() else []
        bare = [path for path in paths if NAME.fullmatch(path.name) and _is_bare(path)]
        folders = [read_folder(path, id=path.name) for path in bare]
        return [folder for folder in folders if folder.assistant or folder.main]

    def _builtin_ids(self) -> list[str]:
        entries = self._builtin.iterdir() if self._builtin.is_dir() else ()
        return sorted(entry.name for entry in entries if entry.is_dir())

    def homes(self) -> list[Path]:
        """Where threads may lie besides the root: in the folders of assistants."""
        own = self._store.folder((*COLLECTION, "any"))
        found = own.parent.glob("*/threads") if own is not None else ()
        ids = dict.fromkeys([*self._cache, *(path.parent.name for path in found)])
        return [(*COLLECTION, assistant_id, "threads") for assistant_id in ids]

    # -- changing

    async def create(self, fields: Mapping[str, Any]) -> Assistant:
        """Make an assistant from the fields of its object. Raises `Invalid`."""
        value = {**fields, "id": new_id("assistant"), "created_at": int(time.time())}
        assistant = Assistant.read(value)
        await self._store.put((*COLLECTION, assistant.id), assistant.wire(), expect=None)
        return assistant

    async def modify(self, assistant_id: str, changes: Mapping[str, Any]) -> Assistant:
        """Change fields of assistant.json; all else in the folder stays as it is."""
        document = await self._document(assistant_id)
        kept: dict[str, Any] = {
            name: document.value[name] for name in ("id", "created_at") if name in document.value
        }
        changed = {**document.value, **changes, **kept}
        read_document(changed, id=assistant_id).require_assistant()
        await self._store.put(document.path, changed, expect=document.version)
        return await self.get(assistant_id)

    async def delete(self, assistant_id: str) -> None:
        """Move an assistant's folder to the trash: it holds someone's work."""
        document = await self._document(assistant_id)
        await self._store.delete(document.path, trash=True)
        await self._permissions.forget(assistant_id)
        await self._forget(assistant_id)

    async def _document(self, assistant_id: str) -> Document:
        folder = await self.folder(assistant_id)
        document = await self._store.get((*COLLECTION, folder.id))
        if document is None:
            raise Conflict(
                f"The assistant `{assistant_id}` is built in and cannot be changed.",
                hint=f"`understudy new NAME --from {assistant_id}` makes a copy of your own.",
            )
        return document

    # -- loading

    @asynccontextmanager
    async def loaded(self, assistant_id: str) -> AsyncIterator[LoadedAssistant]:
        """An assistant with its code and tools, kept open for as long as the block runs.

        It stays loaded for the next time, until one of its files changes.
        """
        cached, replaced = await self._cached(assistant_id)
        try:
            await _retire(replaced)
            yield cached.loaded
        finally:
            cached.users -= 1
            await _close_unused(cached)

    async def _cached(self, assistant_id: str) -> tuple[_Cached, _Cached | None]:
        """The assistant as its files are now, the caller counted as a user; what it replaces."""
        cached = self._cache.get(assistant_id)
        path = self._path(assistant_id) if NAME.fullmatch(assistant_id) else None
        # What has been allowed is part of it: code is opened with its grant.
        mark = (fingerprint(path), self._permissions.mark) if path is not None else None
        if cached is not None and mark is not None and cached.fingerprint == mark:
            cached.users += 1
            return cached, None
        loaded = await self._loader.load(await self.folder(assistant_id))
        fresh = _Cached(loaded, mark, users=1)
        # No await between these two: others may load the same assistant at this moment.
        replaced, self._cache[assistant_id] = self._cache.get(assistant_id), fresh
        return fresh, replaced

    @asynccontextmanager
    async def with_tools(
        self, loaded: LoadedAssistant, entries: Sequence[ToolEntry]
    ) -> AsyncIterator[LoadedAssistant]:
        """The same assistant with other tools. Raises `Invalid` if they cannot be had."""
        changed = await self._loader.with_tools(loaded, entries)
        try:
            changed.require_valid()
            yield changed
        finally:
            await changed.toolbox.close()

    async def _forget(self, assistant_id: str) -> None:
        await _retire(self._cache.pop(assistant_id, None))

    async def close(self) -> None:
        """Close what is loaded."""
        for assistant_id in list(self._cache):
            await self._forget(assistant_id)


def _is_bare(path: FilePath) -> bool:
    documents = ("assistant.json", f"{path.name}.json")
    return path.is_dir() and not any((path / name).exists() for name in documents)


def _page_of(
    folders: Sequence[AssistantFolder], limit: int, after: str = ""
) -> Page[AssistantFolder]:
    rest = [folder for folder in folders if folder.id > after]
    return Page(tuple(rest[:limit]), len(rest) > limit)


async def _retire(cached: _Cached | None) -> None:
    if cached is not None:
        cached.stale = True
        await _close_unused(cached)


async def _close_unused(cached: _Cached) -> None:
    if cached.stale and not cached.users:
        await cached.loaded.close()
