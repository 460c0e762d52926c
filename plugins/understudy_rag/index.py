"""The index that vector stores stand on: `vector_stores/ID/index.sqlite3`, one file for each."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Final, TypeVar

from understudy.embeddings import Embedder
from understudy.indexes import Hit, IndexedFile, Unsearchable, Weights
from understudy_rag.meaning.dense import CANDIDATES, Dense, Key, Question
from understudy_rag.meaning.fusion import fuse
from understudy_rag.parsing.chunking import split
from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.extraction import extract
from understudy_rag.parsing.plugins import reader_of
from understudy_rag.results import results
from understudy_rag.stored import Source, StoredIndex
from understudy_rag.words.scoring import Scored, best
from understudy_rag.words.upkeep import Upkeep
from understudy_rag.words.words import words

T = TypeVar("T")
MAX_BYTES: Final = 64 * 2**20
"""The largest file that is made searchable."""
LETTERS_PER_TOKEN: Final = 4
_MAX_WORDS: Final = 128
_THREADS: Final = 4
_MAX_OPEN: Final = 32
DEFAULT_WEIGHTS: Final = Weights()


class RagIndex:
    """Finds passages by their words, and by vectors where a store has a model that makes them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: OrderedDict[str, StoredIndex] = OrderedDict()
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="understudy-rag")
        self._dense = Dense(self._in_thread)
        self._upkeep = Upkeep(self._in_thread)

    async def add(self, store_id: str, file: IndexedFile) -> int:
        """Read a file, cut it into chunks and store them in one transaction.

        What is there already, and has not changed, is left alone.
        """
        stored = self._stored(store_id)
        data = await _whole(file.content)
        source = _source(file, data)
        used = await self._in_thread(lambda: stored.used(source))
        if used is not None:
            return used
        document = await _document(file.filename, data)

        def work() -> int:
            chunks = split(document, size=source.size, overlap=source.overlap)
            return stored.add(source, chunks)

        used = await self._in_thread(work)
        if file.embedder is not None:
            self._dense.begin(self._path(store_id), file.embedder)
        return used

    async def remove(self, store_id: str, file_id: str) -> None:
        """Forget a file, in one transaction."""
        await self._in_thread(lambda: self._stored(store_id).remove(file_id))

    async def drop(self, store_id: str) -> None:
        """Remove the file."""
        await self._dense.drop(self._path(store_id))
        stored = self._stored(store_id)
        await self._upkeep.stop(stored)
        del self._open[store_id]
        await self._in_thread(stored.delete)

    async def files(self, store_id: str) -> Collection[str]:
        """The ids of the files that can be searched."""
        return await self._in_thread(self._stored(store_id).files)

    async def search(
        self,
        store_ids: Sequence[str],
        query: str,
        *,
        limit: int,
        only: Mapping[str, Collection[str]],
        embedders: Mapping[str, Embedder] | None = None,
        weights: Weights = DEFAULT_WEIGHTS,
    ) -> Sequence[Hit]:
        """The best chunks of several stores, best first, on one scale."""
        asked = words(query)[:_MAX_WORDS]
        stores = {store_id: self._stored(store_id) for store_id in dict.fromkeys(store_ids)}
        if not asked:
            return []
        allowed = {id_: frozenset(only[id_]) for id_ in stores if id_ in only}
        wide = max(limit, CANDIDATES) if embedders else limit

        def by_words() -> tuple[list[Scored], Sequence[Hit]]:
            found = best(stores, asked, allowed, wide)
            return found, results(stores, found, fuse(_scores(found), (), weights), limit)

        found, hits = await self._in_thread(by_words)
        for stored in stores.values():
            self._upkeep.begin(stored)
        if not embedders:
            return hits
        paths = {store_id: self._path(store_id) for store_id in stores}
        question = Question(query, paths, allowed, list(_scores(found)))
        dense = await self._dense.similarities(question, embedders)
        scores = fuse(_scores(found), dense, weights)
        return await self._in_thread(lambda: results(stores, found, scores, limit))

    async def text(self, filename: str, content: AsyncIterator[bytes]) -> str:
        """A file's text: what the chunks' `start` and `end` are offsets in."""
        return (await _document(filename, await _whole(content))).text

    async def close(self) -> None:
        """Stop the workers, close the files."""
        await self._upkeep.close()
        await self._dense.close()
        for stored in self._open.values():
            self._workers.submit(stored.close)
        await asyncio.to_thread(self._workers.shutdown, wait=True)

    def _stored(self, store_id: str) -> StoredIndex:
        """A store's file. The longest idle is closed; one that is still in use opens again."""
        if store_id not in self._open:
            self._open[store_id] = StoredIndex(self._path(store_id))
        self._open.move_to_end(store_id)
        if len(self._open) > _MAX_OPEN:
            _, idle = self._open.popitem(last=False)
            self._workers.submit(idle.close)
        return self._open[store_id]

    def _path(self, store_id: str) -> Path:
        return self._root / "vector_stores" / store_id / "index.sqlite3"

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Work in a thread. When cancelled it is waited for: nothing goes on behind one's back."""
        future = asyncio.get_running_loop().run_in_executor(self._workers, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise


def _scores(found: Sequence[Scored]) -> dict[Key, float]:
    return {each.key: each.score for each in found}


async def _whole(content: AsyncIterator[bytes]) -> bytes:
    data = bytearray()
    async for piece in content:
        data += piece
        if len(data) > MAX_BYTES:
            message = f"It is larger than {MAX_BYTES // 2**20} MB; split it."
            raise Unsearchable(message, code="invalid_file")
    return bytes(data)


async def _document(filename: str, data: bytes) -> Document:
    try:
        return await extract(filename, data)
    except Unreadable as error:
        raise Unsearchable(str(error), code=error.code) from None


def _source(file: IndexedFile, data: bytes) -> Source:
    sizes = (file.chunk_tokens * LETTERS_PER_TOKEN, file.overlap_tokens * LETTERS_PER_TOKEN)
    digest = sha256(data)
    digest.update(reader_of(file.filename).encode())
    return Source(file.file_id, PurePath(file.filename).stem, digest.digest(), *sizes)
