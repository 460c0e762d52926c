"""The shelf: files that have been read, kept in memory until they change."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from understudy.errors import UnderstudyError
from understudy_rag.chunking import split
from understudy_rag.documents import Chunk, Document, Unreadable
from understudy_rag.extraction import extract
from understudy_rag.ranking import Hit, Passage, rank
from understudy_rag.sources import Source
from understudy_rag.words import query_words, words

MAX_BYTES: Final = 64 * 2**20
"""How much is searched at once, and kept."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not searched, and why not, in a sentence for the user."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, what it could not read, and how many files it searched."""

    hits: list[Hit]
    skipped: list[Skipped]
    searched: int


class Shelf:
    """Searches files, and remembers those it has read."""

    def __init__(self, *, chunk_size: int, overlap: int) -> None:
        self._chunk_size = chunk_size
        self._overlap = overlap
        self._kept: OrderedDict[tuple[str, ...], tuple[int, list[Passage]]] = OrderedDict()

    async def search(self, query: str, sources: Iterable[Source], limit: int) -> Found:
        """The passages that answer a query best. A file that cannot be read is skipped."""
        passages: list[Passage] = []
        skipped: list[Skipped] = []
        searched, room = 0, MAX_BYTES
        for source in {source.key: source for source in sources}.values():
            try:
                passages += await self._passages(source, room)
            except Unreadable as error:
                skipped.append(Skipped(source.name, str(error)))
            else:
                searched, room = searched + 1, room - source.size
        hits = await asyncio.to_thread(rank, query_words(query), passages, limit)
        return Found(hits, skipped, searched)

    def clear(self) -> None:
        """Forget all files."""
        self._kept.clear()

    async def _passages(self, source: Source, room: int) -> list[Passage]:
        if source.key in self._kept:
            self._kept.move_to_end(source.key)
            return self._kept[source.key][1]
        if source.size > room:
            raise Unreadable(f"I search up to {MAX_BYTES // 2**20} MB at a time.")
        document = await extract(source.name, await _bytes(source))
        passages = await asyncio.to_thread(self._cut, source, document)
        self._keep(source, passages)
        return passages

    def _cut(self, source: Source, document: Document) -> list[Passage]:
        chunks = split(document, size=self._chunk_size, overlap=self._overlap)
        return [_passage(source, chunk) for chunk in chunks]

    def _keep(self, source: Source, passages: list[Passage]) -> None:
        self._kept[source.key] = (source.size, passages)
        while sum(size for size, _ in self._kept.values()) > MAX_BYTES:
            self._kept.popitem(last=False)


async def _bytes(source: Source) -> bytes:
    try:
        return await source.read()
    except OSError as error:
        raise Unreadable(f"It could not be read: {error.strerror}.") from error
    except UnderstudyError as error:
        raise Unreadable(f"It could not be read: {error}") from error


def _passage(source: Source, chunk: Chunk) -> Passage:
    """A chunk is also found by its headings and by the name of its file."""
    title = f"{PurePath(source.name).stem} {chunk.heading}"
    counts = Counter(words(f"{title}\n{chunk.text}"))
    return Passage(source.name, source.file_id, chunk, counts, counts.total())
