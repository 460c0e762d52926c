"""Threads and runs that are kept nowhere, for requests that carry their whole conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from understudy.library.models import Models
from understudy.library.threads import Threads
from understudy.runs.engine import Runs
from understudy.runs.staging import Stage
from understudy.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Scratch:
    """Threads and runs in a store of their own."""

    threads: Threads
    runs: Runs


class Scratches:
    """Those that are open. A second `Host` would load every assistant and plugin once more."""

    def __init__(self, stage: Stage, models: Models) -> None:
        self._stage = stage
        self._models = models
        self._ends: dict[Scratch, asyncio.Task[None] | None] = {}

    @asynccontextmanager
    async def open(self, store: Store) -> AsyncIterator[Scratch]:
        """One over an empty store. What still runs at the end of the block is stopped."""
        threads = Threads(store, list)
        stage = self._stage.elsewhere(store, threads)
        scratch = Scratch(threads, Runs(store, threads, stage, self._models, forgets=False))
        self._ends[scratch] = None
        try:
            yield scratch
        finally:
            # A server cancels again and again what serves a client that has gone.
            self._ends[scratch] = end = asyncio.create_task(self._end(scratch))
            await asyncio.shield(end)

    async def _end(self, scratch: Scratch) -> None:
        await scratch.runs.close()
        self._ends.pop(scratch, None)

    async def close(self) -> None:
        """Stop what runs in them."""
        ending = (end or scratch.runs.close() for scratch, end in self._ends.items())
        await asyncio.gather(*ending)
