"""The shelf: the files that an assistant may search, kept in an index on disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from understudy.embeddings import Embedder
from understudy.errors import StoreError, UnderstudyError
from understudy.indexes import Hit, IndexedFile, Unsearchable
from understudy.streams import closing
from understudy_rag.index import LETTERS_PER_TOKEN, RagIndex
from understudy_rag.tools.progress import Progress
from understudy_rag.tools.refusals import Refusals
from understudy_rag.tools.sources import Source

_log = logging.getLogger("understudy.rag")
_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not searched, and why not, in a sentence for the user."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, what it could not read, and how many files it searched."""

    hits: list[tuple[Source, Hit]]
    skipped: list[Skipped]
    searched: int


@dataclass(frozen=True, slots=True)
class Lot:
    """Files of one kind. `is_all`: what else the index holds of that kind is to be forgotten."""

    kind: str
    sources: Sequence[Source]
    is_all: bool


@dataclass(slots=True)
class _Kept:
    """The part of a lot that can be searched, by key in the index, and the rest with reasons."""

    store_id: str
    sources: dict[str, Source]
    is_all: bool
    skipped: list[Skipped] = field(default_factory=list)


class Shelf:
    """Searches files. An unchanged one is not read again, not even by the next process."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        chunk_size: int,
        overlap: int,
        embedder: Embedder | None = None,
    ) -> None:
        self._name = name
        self._embedder = embedder
        self._sizes = chunk_size // LETTERS_PER_TOKEN, overlap // LETTERS_PER_TOKEN
        self._index = RagIndex(folder)
        self._refusals = Refusals(folder / "refused" / f"{name}.json")
        self._turns = asyncio.Lock()

    async def search(self, query: str, lots: Sequence[Lot], limit: int) -> Found:
        """The passages that answer a query best. A file that cannot be read is skipped."""
        try:
            return await self._search(query, lots, limit)
        except StoreError as error:
            if error.kind != "damaged":
                raise
            _log.warning("%s The files are read again.", error)
            return await self._search(query, lots, limit)

    async def forget(self, kind: str, stamps: Collection[str]) -> None:
        """Take files out of the index."""
        for stamp in stamps:
            await self._index.remove(self._store_id(kind), self._key(stamp))

    async def kept(self, kind: str) -> set[str]:
        """The stamps of the files that are in the index, in chunks of the present size."""
        mark = self._key("")
        keys = await self._index.files(self._store_id(kind))
        return {key.removeprefix(mark) for key in keys if key.startswith(mark)}

    async def close(self) -> None:
        """Let go of the index."""
        await self._index.close()

    def _store_id(self, kind: str) -> str:
        return f"{self._name}.{kind}"

    def _key(self, stamp: str) -> str:
        """What a file is called in the index: another content, or size of chunks, is another."""
        return "{}/{} {}".format(*self._sizes, stamp)

    async def _search(self, query: str, lots: Sequence[Lot], limit: int) -> Found:
        async with self._turns:  # two questions at once must not read the same files
            kept = [await self._keep(lot) for lot in lots]
        searched = [each for each in kept if each.sources]
        stores = {each.store_id: each.sources for each in searched}
        # What the index holds beyond these belongs to other threads.
        only = {each.store_id: list(each.sources) for each in searched if not each.is_all}
        embedders = dict.fromkeys(stores, self._embedder) if self._embedder else {}
        hits = await self._index.search(
            list(stores), query, limit=limit, only=only, embedders=embedders
        )
        return Found(
            [(source, hit) for hit in hits if (source := stores[hit.store_id].get(hit.file_id))],
            [each for one in kept for each in one.skipped],
            sum(map(len, stores.values())),
        )

    async def _keep(self, lot: Lot) -> _Kept:
        """Let the index hold a lot."""
        wanted = {self._key(source.stamp): source for source in lot.sources}
        kept = _Kept(self._store_id(lot.kind), wanted, lot.is_all)
        there = set(await self._index.files(kept.store_id))
        if lot.is_all:
            for key in there - wanted.keys():
                await self._index.remove(kept.store_id, key)
        missing = {key: wanted[key] for key in wanted.keys() - there}
        reasons = self._refusals.of(missing)
        reasons |= await self._read(kept.store_id, _without(missing, reasons))
        kept.skipped = [Skipped(wanted[key].name, reasons[key]) for key in wanted if key in reasons]
        kept.sources = _without(wanted, reasons)
        return kept

    async def _read(self, store_id: str, missing: Mapping[str, Source]) -> dict[str, str]:
        """Add files to the index; returns why some could not be."""
        progress = Progress(self._name, len(missing))
        reasons: dict[str, str] = {}
        todo = iter(sorted(missing.items()))

        async def work() -> None:
            for key, source in todo:
                if reason := await self._add(store_id, key, source):
                    reasons[key] = reason
                progress.step()

        workers = (work() for _ in range(min(_AT_ONCE, len(missing))))
        for ended in await asyncio.gather(*workers, return_exceptions=True):
            if ended is not None:
                raise ended
        if reasons:
            self._refusals.save()
        return reasons

    async def _add(self, store_id: str, key: str, source: Source) -> str | None:
        """Add a file, or say why it cannot be; whether it ever can is remembered."""
        try:
            async with closing(source.open()) as content:
                file = IndexedFile(key, source.name, content, *self._sizes, self._embedder)
                await self._index.add(store_id, file)
        except Unsearchable as error:
            self._refusals.add(key, error)
            return str(error)
        except OSError as error:
            return f"It could not be read: {error.strerror}."
        except UnderstudyError as error:
            if isinstance(error, StoreError) and error.kind == "damaged":
                raise
            return f"It could not be read: {error}"
        return None


def _without(files: Mapping[str, Source], reasons: Mapping[str, str]) -> dict[str, Source]:
    return {key: source for key, source in files.items() if key not in reasons}
