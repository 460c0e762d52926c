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
        self._open: set[Scratch] = set()

    @asynccontextmanager
    async def open(self, store: Store) -> AsyncIterator[Scratch]:
        """One over an empty store. What still runs at the end of the block is stopped."""
        threads = Threads(store, list)
        stage = self._stage.elsewhere(store, threads)
        scratch = Scratch(threads, Runs(store, threads, stage, self._models))
        self._open.add(scratch)
        try:
            yield scratch
        finally:
            self._open.discard(scratch)
            await scratch.runs.close()

    async def close(self) -> None:
        """Stop what runs in them."""
        await asyncio.gather(*(scratch.runs.close() for scratch in self._open))
