"""Blobs."""

# ruff: noqa: D102 - the names of the tests are their sentences

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from understudy.errors import NotFound
from understudy.store import Store
from understudy.testing.store_contract.case import BLOB, Case, chunks, content, with_store


class Blobs(Case):
    """Blobs."""

    @with_store
    async def test_bytes_are_read_back_in_pieces(self, store: Store) -> None:
        data = bytes(range(256)) * 1000
        assert await store.write_blob(BLOB, chunks(data[:7], b"", data[7:])) == len(data)
        assert await content(store, BLOB) == data

    @with_store
    async def test_a_blob_may_be_empty_and_may_be_replaced(self, store: Store) -> None:
        await store.write_blob(BLOB, chunks(b"something"))
        assert await store.write_blob(BLOB, chunks()) == 0
        assert await content(store, BLOB) == b""

    @with_store
    async def test_an_unknown_blob_is_not_found(self, store: Store) -> None:
        with pytest.raises(NotFound):
            await content(store, BLOB)

    @with_store
    async def test_a_blob_that_breaks_off_leaves_the_old_one(self, store: Store) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield b"new" * 100_000
            raise ConnectionResetError

        await store.write_blob(BLOB, chunks(b"old"))
        with pytest.raises(ConnectionResetError):
            await store.write_blob(BLOB, broken())
        assert await content(store, BLOB) == b"old"

    @with_store
    async def test_a_blob_that_is_cancelled_leaves_the_old_one(self, store: Store) -> None:
        begun = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            yield b"new" * 100_000
            begun.set()
            await asyncio.Event().wait()

        await store.write_blob(BLOB, chunks(b"old"))
        writer = asyncio.create_task(store.write_blob(BLOB, endless()))
        await begun.wait()
        writer.cancel()
        await asyncio.wait([writer])
        assert writer.cancelled()
        assert await content(store, BLOB) == b"old"

    @with_store
    async def test_reading_may_stop_early(self, store: Store) -> None:
        await store.write_blob(BLOB, chunks(b"x" * 1_000_000))
        async with aclosing(store.read_blob(BLOB)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                assert 0 < len(piece) < 1_000_000
                break
        assert await store.delete(("files", "file-1")) is False
