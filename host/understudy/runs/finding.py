"""Runs by their ids alone, and the newest of all threads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path as FilePath

from understudy.errors import NotFound
from understudy.library.threads import Threads
from understudy.store import NAME, Path, Store


class RunFinder:
    """Looks for runs in all threads.

    In a store that has folders this is one look at each thread (10,000 threads: a quarter
    of a second); in others each thread is asked for.
    """

    def __init__(self, store: Store, threads: Threads) -> None:
        self._store = store
        self._threads = threads

    async def find(self, run_id: str) -> Path:
        """The path of a run. Raises `NotFound`."""
        if NAME.fullmatch(run_id):
            async for thread in self._all_threads():
                path = (*thread, "runs", run_id)
                if self._may_be(path) and await self._store.get(path) is not None:
                    return path
        raise NotFound(
            f"No run found with id '{run_id}'.", hint="`understudy runs list` shows the runs."
        )

    async def newest(self) -> list[Path]:
        """The runs of all threads, the newest first: their ids begin with their time."""
        found = [path async for thread in self._all_threads() for path in await self._in(thread)]
        return sorted(found, key=lambda path: path[-1], reverse=True)

    def _may_be(self, path: Path) -> bool:
        folder = self._store.folder(path)
        return folder is None or folder.exists()

    async def _in(self, thread: Path) -> list[Path]:
        collection = (*thread, "runs")
        folder = self._store.folder((*collection, "any"))
        if folder is not None:
            return [(*collection, name) for name in _names(folder.parent)]
        page = await self._store.page(collection, limit=100)
        return [document.path for document in page.items]

    async def _all_threads(self) -> AsyncIterator[Path]:
        for home in self._threads.places():
            folder = self._store.folder((*home, "any"))
            if folder is not None:
                for name in await asyncio.to_thread(_names, folder.parent):
                    yield (*home, name)
                continue
            after: str | None = None
            has_more = True
            while has_more:
                page = await self._store.page(home, limit=100, after=after)
                for document in page.items:
                    yield document.path
                has_more, after = page.has_more, page.items[-1].id if page.items else None


def _names(folder: FilePath) -> list[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a Path for each costs more than the listing
    except OSError:
        return []
    return [name for name in names if NAME.fullmatch(name)]
