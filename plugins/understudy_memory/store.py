"""MemoryStore: the Store protocol in dictionaries."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from understudy.errors import Conflict, Invalid, NotFound
from understudy.store import ANY, NAME, Document, Entry, Order, Page, Path, Record
from understudy_memory.cursors import page

_PIECE = 65_536
_MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True)
class _Stored:
    """A document, as text, so that nobody can change it."""

    text: str
    version: str
    created_at: float

    def document(self, path: Path) -> Document:
        return Document(path, json.loads(self.text), self.version, self.created_at)


class MemoryStore:
    """A store that ends with its process. For one event loop at a time."""

    def __init__(self, root: FilePath | None = None) -> None:
        """Stores are made with the data root; this one has no use for it."""
        self._documents: dict[Path, _Stored] = {}
        self._logs: dict[Path, list[str]] = {}
        self._blobs: dict[Path, bytes] = {}
        self._locks: dict[Path, asyncio.Lock] = {}
        self._writes = 0

    async def get(self, path: Path) -> Document | None:
        """Read a document. The value is the caller's own copy."""
        stored = self._documents.get(_checked(path, even=True))
        return None if stored is None else stored.document(path)

    async def put(
        self, path: Path, value: Record, *, expect: str | None = ANY, durable: bool = True
    ) -> str:
        """Write a document; `durable` makes no difference."""
        stored, text = self._documents.get(_checked(path, even=True)), _text(value)
        if expect not in (ANY, None if stored is None else stored.version):
            raise Conflict(
                f"`{'/'.join(path)}` is not in the state that was expected.",
                hint="Read it again, then repeat the change.",
            )
        self._writes += 1
        created_at = time.time() if stored is None else stored.created_at
        new = _Stored(text, str(self._writes), _created_at(value, created_at))
        self._documents[path] = new
        return new.version

    async def delete(self, path: Path, *, trash: bool = False) -> bool:
        """Remove a document and all below it. There is no trash to move it to."""
        if _checked(path, even=True) not in self._documents:
            return False
        parts: tuple[dict[Path, Any], ...] = (self._documents, self._logs, self._blobs)
        for part in parts:
            for key in [key for key in part if key[: len(path)] == path]:
                del part[key]
        return True

    async def page(
        self,
        collection: Path,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Document]:
        """List documents."""
        _checked(collection, even=False)
        documents = sorted(
            (s.document(path) for path, s in self._documents.items() if path[:-1] == collection),
            key=lambda document: (document.created_at, document.id),
        )
        return page({each.id: each for each in documents}, limit, order, after, before)

    async def append(self, log: Path, records: Sequence[Record], *, durable: bool = True) -> int:
        """Add records. Positions are their numbers, from 1."""
        texts = [_text(record) for record in records]
        stored = self._logs.setdefault(_checked(log, even=False), [])
        stored.extend(texts)
        return len(stored)

    async def read(self, log: Path, *, after: int = 0) -> list[Entry]:
        """Read a log."""
        texts = self._logs.get(_checked(log, even=False), [])[max(after, 0) :]
        return [Entry(n, json.loads(text)) for n, text in enumerate(texts, max(after, 0) + 1)]

    async def page_records(
        self,
        log: Path,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Record]:
        """List a log's records by id."""
        return page(await self._latest(log), limit, order, after, before)

    async def get_record(self, log: Path, record_id: str) -> Record | None:
        """Find a record by its id."""
        return (await self._latest(log)).get(record_id)

    async def write_blob(self, path: Path, chunks: AsyncIterable[bytes]) -> int:
        """Store bytes."""
        _checked(path, even=False)
        data = b"".join([chunk async for chunk in chunks])
        self._blobs[path] = data
        return len(data)

    async def read_blob(self, path: Path) -> AsyncIterator[bytes]:
        """The bytes, in pieces of 64 KB."""
        data = self._blobs.get(_checked(path, even=False))
        if data is None:
            raise NotFound(f"There is no `{'/'.join(path)}`.")
        for start in range(0, len(data), _PIECE):
            yield data[start : start + _PIECE]

    @asynccontextmanager
    async def lock(self, path: Path, *, timeout: float = 10.0) -> AsyncIterator[None]:  # noqa: ASYNC109 - the protocol's word
        """Hold a name."""
        lock = self._locks.setdefault(_names(path), asyncio.Lock())
        try:
            if timeout <= 0 and lock.locked():
                raise TimeoutError
            await asyncio.wait_for(lock.acquire(), max(timeout, 0.001))
        except TimeoutError:
            raise Conflict(
                f"`{'/'.join(path)}` is in use.", hint="Wait until it is free."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def folder(self, path: Path) -> None:
        """There is no folder."""

    async def close(self) -> None:
        """Nothing is held open."""

    async def _latest(self, log: Path) -> dict[str, Record]:
        latest: dict[str, Record] = {}
        for entry in await self.read(log):
            record_id = entry.record.get("id")
            if isinstance(record_id, str):
                latest[record_id] = entry.record
        return {key: record for key, record in latest.items() if record.get("deleted") is not True}


def _names(path: Path) -> Path:
    for name in path:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise Invalid(
                f"{str(name)[:200]!r} is not a name.",
                hint="A name has up to 128 letters, digits and `_ - .`, and no leading dot.",
            )
    if not path:
        raise Invalid("A path needs at least one name.")
    return path


def _checked(path: Path, *, even: bool) -> Path:
    if (len(_names(path)) % 2 == 0) is not even:
        kind = "document" if even else "collection, log or blob"
        raise Invalid(f"`{'/'.join(path)}` is not the path of a {kind}.")
    return path


def _text(value: Record) -> str:
    if not isinstance(value, dict):
        raise Invalid(f"A record must be an object, not {type(value).__name__}.")
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid(f"The value cannot be stored as JSON: {error}.") from error
    return text


def _created_at(value: Record, otherwise: float) -> float:
    seconds = value.get("created_at")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return otherwise
    try:
        return seconds / 1000 if seconds > _MILLISECONDS else float(seconds)
    except OverflowError:
        return otherwise
