"""Deleting."""

# ruff: noqa: D102 - the names of the tests are their sentences

from __future__ import annotations

import pytest

from understudy.errors import NotFound
from understudy.store import Store
from understudy.testing.store_contract.case import (
    LOG,
    THREAD,
    THREADS,
    Case,
    content,
    furnish,
    with_store,
)


class Deletion(Case):
    """Deleting."""

    @with_store
    async def test_delete_removes_a_document_and_all_below(self, store: Store) -> None:
        await furnish(store)
        await store.put(("threads", "t11"), {"id": "t11"})
        assert await store.delete(THREAD) is True
        assert await store.get(THREAD) is None
        assert await store.get((*THREAD, "runs", "r1")) is None
        assert (await store.page((*THREAD, "runs"))).items == ()
        assert await store.read(LOG) == []
        assert await store.get_record(LOG, "m1") is None
        with pytest.raises(NotFound):
            await content(store, (*THREAD, "picture"))
        assert [d.id for d in (await store.page(THREADS)).items] == ["t11"]

    @with_store
    async def test_delete_says_if_there_was_nothing(self, store: Store) -> None:
        assert await store.delete(THREAD) is False
        await store.put(THREAD, {})
        assert await store.delete(THREAD, trash=True) is True
        assert await store.delete(THREAD, trash=True) is False
        assert (await store.page(THREADS)).items == ()

    @with_store
    async def test_what_is_made_again_is_empty(self, store: Store) -> None:
        for trash in (False, True):
            await furnish(store)
            await store.page_records(LOG)
            await store.delete(THREAD, trash=trash)
            await store.put(THREAD, {"id": "t1"}, expect=None)
            assert (await store.page_records(LOG)).items == ()
            assert (await store.page((*THREAD, "runs"))).items == ()
            await store.append(LOG, [{"id": "m2"}])
            assert (await store.page_records(LOG)).items == ({"id": "m2"},)
            await store.delete(THREAD)
