"""What the contract's tests share: how they are run, their paths, small steps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path as FilePath
from typing import Any, Final, TypeVar

from understudy.store import Page, Path, Record, Store

C = TypeVar("C", bound="Case")

THREADS: Final = ("threads",)
THREAD: Final = ("threads", "t1")
LOG: Final = ("threads", "t1", "messages")
BLOB: Final = ("files", "file-1", "content")

_WITH_SEPARATORS = ("../x", "a/b", "a\\b", "/etc")
HOSTILE: Final = ("", ".", "..", ".hidden", "a\0", "a\n", "a b", "é", "x" * 129, *_WITH_SEPARATORS)
"""What a name may not be."""


class Case:
    """Tests that need a store."""

    def open(self, tmp_path: FilePath) -> Store:
        """Make a store; the same place for the same `tmp_path`, if it has a place."""
        raise NotImplementedError


def with_store(test: Callable[[C, Store], Awaitable[None]]) -> Callable[[C, FilePath], None]:
    """Make a pytest test of an async method that takes an open store."""

    def run(self: C, tmp_path: FilePath) -> None:
        async def main() -> None:
            store = self.open(tmp_path)
            try:
                await test(self, store)
            finally:
                await store.close()

        asyncio.run(main())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


async def value_of(store: Store, path: Path) -> Record:
    """The value of a document that must be there."""
    document = await store.get(path)
    assert document is not None
    return document.value


async def furnish(store: Store) -> None:
    """A thread with something of every kind below it."""
    await store.put(THREAD, {"id": "t1"})
    await store.put((*THREAD, "runs", "r1"), {"id": "r1"})
    await store.page((*THREAD, "runs"))
    await store.append(LOG, [{"id": "m1"}])
    await store.write_blob((*THREAD, "picture"), chunks(b"pixels"))


def ids(page: Page[Any]) -> list[str]:
    """The ids of a page of documents."""
    return [document.id for document in page.items]


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    """The bytes as they might arrive."""
    for piece in pieces:
        yield piece


async def content(store: Store, path: Path) -> bytes:
    """All bytes of a blob."""
    return b"".join([piece async for piece in store.read_blob(path)])
