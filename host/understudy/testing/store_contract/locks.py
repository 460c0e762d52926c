"""Locks."""

# ruff: noqa: D102 - the names of the tests are their sentences

from __future__ import annotations

import asyncio

import pytest

from understudy.errors import Conflict, Invalid
from understudy.store import Store
from understudy.testing.store_contract.case import (
    HOSTILE,
    THREAD,
    THREADS,
    Case,
    furnish,
    with_store,
)


class Locks(Case):
    """Locks."""

    @with_store
    async def test_a_lock_has_one_holder(self, store: Store) -> None:
        async with store.lock(THREAD):
            with pytest.raises(Conflict):
                async with store.lock(THREAD, timeout=0):
                    pass
            with pytest.raises(Conflict):
                async with store.lock(THREAD, timeout=0.02):
                    pass
            async with store.lock(("threads", "t2"), timeout=0), store.lock(THREADS, timeout=0):
                pass
        async with store.lock(THREAD, timeout=0):
            pass

    @with_store
    async def test_a_lock_is_handed_on(self, store: Store) -> None:
        inside: list[int] = []

        async def enter(n: int) -> None:
            async with store.lock(THREAD):
                inside.append(n)
                await asyncio.sleep(0)
                assert inside[-1] == n

        await asyncio.gather(*(enter(n) for n in range(10)))
        assert sorted(inside) == list(range(10))

    @with_store
    async def test_a_lock_is_free_after_an_error_and_after_cancellation(self, store: Store) -> None:
        with pytest.raises(KeyError):
            async with store.lock(THREAD):
                raise KeyError
        held = asyncio.Event()

        async def hold() -> None:
            async with store.lock(THREAD):
                held.set()
                await asyncio.Event().wait()

        holder = asyncio.create_task(hold())
        await held.wait()
        holder.cancel()
        await asyncio.wait([holder])
        async with store.lock(THREAD, timeout=0):
            pass

    @with_store
    async def test_a_lock_does_not_hinder_reading_and_writing(self, store: Store) -> None:
        async with store.lock(THREAD):
            await furnish(store)
            assert await store.get(THREAD) is not None
            assert await store.delete(THREAD) is True

    @with_store
    async def test_a_hostile_name_cannot_be_locked(self, store: Store) -> None:
        for name in HOSTILE:
            with pytest.raises(Invalid):
                async with store.lock(("threads", name), timeout=0):
                    pass
