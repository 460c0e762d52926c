"""Making the vectors that a store still lacks, in the background.

What is to do stands in the store's own file, so nothing is lost when the process dies. One process
at a time: a lock on a file beside it, which its owner's death lets go of.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from understudy.embeddings import Embedder
from understudy.errors import ModelError, UnderstudyError
from understudy_rag.meaning.stored_vectors import StoredVectors, Text
from understudy_rag.meaning.vectors import Packed, pack

LOCK: Final = "embedding.lock"
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]
_AT_ONCE: Final = 2
_log = logging.getLogger("understudy.rag")


class Filling:
    """One task for each store that lacks vectors; the stores share a little room."""

    def __init__(self, in_thread: InThread) -> None:
        self._in_thread = in_thread
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[Path, asyncio.Task[None]] = {}
        self._wanted: dict[Path, tuple[StoredVectors, Embedder]] = {}

    def begin(self, stored: StoredVectors, embedder: Embedder) -> None:
        """See to a store; once more, if that is under way: more may have come meanwhile."""
        path = stored.path
        self._wanted[path] = (stored, embedder)
        if path not in self._tasks:
            self._tasks[path] = asyncio.create_task(self._work(path), name=f"vectors of {path}")

    async def settled(self, paths: Collection[Path], seconds: float) -> None:
        """Wait until nothing is under way for some stores; so long at the most."""
        if tasks := [self._tasks[path] for path in paths if path in self._tasks]:
            await asyncio.wait(tasks, timeout=seconds)

    async def stop(self, path: Path) -> None:
        """Stop working on a store."""
        self._wanted.pop(path, None)
        if task := self._tasks.pop(path, None):
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """Stop; what was not finished is taken up at the next use."""
        for path in list(self._tasks):
            await self.stop(path)

    async def _work(self, path: Path) -> None:
        try:
            while wanted := self._wanted.pop(path, None):
                await self._fill(*wanted)
        finally:
            if self._tasks.get(path) is asyncio.current_task():
                del self._tasks[path]

    async def _fill(self, stored: StoredVectors, embedder: Embedder) -> None:
        try:
            if not await self._in_thread(lambda: stored.due(1)):
                return
            async with self._room:
                with _alone(stored.path.with_name(LOCK)) as alone:
                    while alone and await self._batch(stored, embedder):
                        pass
        except UnderstudyError as error:
            hint = f" {error.hint}" if error.hint else ""
            _log.warning("vectors of %s: %s%s", stored.path.parent.name, error, hint)
        except Exception as error:  # whatever a plugin does: words are still searched
            _log.error("vectors of %s failed", stored.path.parent.name, exc_info=error)

    async def _batch(self, stored: StoredVectors, embedder: Embedder) -> bool:
        texts = await self._in_thread(lambda: stored.due(embedder.at_once))
        return bool(texts) and await self._embedded(stored, embedder, texts)

    async def _embedded(
        self, stored: StoredVectors, embedder: Embedder, texts: Sequence[Text]
    ) -> bool:
        """Embed texts; those that are refused together are tried in halves."""
        try:
            model, made = await embedded(embedder, texts)
        except ModelError as error:
            if error.kind != "refused":
                raise
            return await self._refused(stored, embedder, texts, error)
        await self._in_thread(lambda: stored.adopt(model))
        return bool(await self._in_thread(lambda: stored.put(model, made)))

    async def _refused(
        self, stored: StoredVectors, embedder: Embedder, texts: Sequence[Text], error: ModelError
    ) -> bool:
        if len(texts) == 1:
            _log.warning("vectors of %s: a chunk is left out: %s", stored.path.parent.name, error)
            await self._in_thread(lambda: stored.failed([texts[0].chunk]))
            return True
        middle = len(texts) // 2
        first = await self._embedded(stored, embedder, texts[:middle])
        return first and await self._embedded(stored, embedder, texts[middle:])


async def embedded(
    embedder: Embedder, texts: Sequence[Text]
) -> tuple[str, list[tuple[Text, Packed]]]:
    """The vectors of texts, and which model's they are. Raises `ModelError`."""
    vectors = await embedder.embed([each.text for each in texts], "passage")
    if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) != 1:
        message = f"{len(vectors)} vectors came for {len(texts)} texts."
        raise ModelError(f"{embedder.identity}: {message}", kind="broken")
    packed = [(text, pack(vector)) for text, vector in zip(texts, vectors, strict=True)]
    return model_name(embedder, len(vectors[0])), packed


def model_name(embedder: Embedder, dimensions: int) -> str:
    """What vectors are kept under: those of another length are another model's."""
    return f"{embedder.identity}\0{dimensions}"


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Whether this process is the only one within."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
