"""Listing documents and records."""

# ruff: noqa: D102 - the names of the tests are their sentences

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from understudy.errors import Invalid, NotFound
from understudy.store import Order, Store
from understudy.testing.store_contract.case import LOG, THREADS, Case, furnish, ids, with_store


class Pages(Case):
    """Listing documents and records."""

    @with_store
    async def test_documents_are_listed_by_time_and_then_by_id(self, store: Store) -> None:
        for name, time in (("b", 2), ("a", 2), ("c", 1.5), ("d", 3)):
            await store.put(("threads", name), {"created_at": time}, durable=False)
        assert ids(await store.page(THREADS, order="asc")) == ["c", "a", "b", "d"]
        assert ids(await store.page(THREADS)) == ["d", "b", "a", "c"]

    @with_store
    async def test_a_change_of_time_moves_a_document(self, store: Store) -> None:
        for n in range(5):
            await store.put(("threads", f"t{n}"), {"created_at": n}, durable=False)
        assert ids(await store.page(THREADS, limit=2)) == ["t4", "t3"]
        await store.put(("threads", "t0"), {"created_at": 10}, durable=False)
        assert ids(await store.page(THREADS, limit=2)) == ["t0", "t4"]

    @with_store
    async def test_pages_of_documents_follow_every_combination_of_cursors(
        self, store: Store
    ) -> None:
        names = [f"t{n}" for n in range(6)]
        for n, name in enumerate(names):
            await store.put(("threads", name), {"created_at": n}, durable=False)

        async def page(**cursors: Any) -> tuple[list[str], bool]:
            found = await store.page(THREADS, **cursors)
            return ids(found), found.has_more

        await _check_cursors(names, page)

    @with_store
    async def test_pages_of_records_follow_every_combination_of_cursors(self, store: Store) -> None:
        names = [f"m{n}" for n in range(6)]
        await store.append(LOG, [{"id": name} for name in names])

        async def page(**cursors: Any) -> tuple[list[str], bool]:
            found = await store.page_records(LOG, **cursors)
            return [record["id"] for record in found.items], found.has_more

        await _check_cursors(names, page)

    @with_store
    async def test_an_unknown_cursor_is_not_found(self, store: Store) -> None:
        for _ in ("when it is empty", "when it is not"):
            for cursor in ("nobody", "../x", "", "\ud800"):
                with pytest.raises(NotFound):
                    await store.page(THREADS, after=cursor)
                with pytest.raises(NotFound):
                    await store.page_records(LOG, before=cursor)
            await furnish(store)

    @with_store
    async def test_a_limit_or_order_without_sense_is_refused(self, store: Store) -> None:
        await furnish(store)
        for wrong in ({"limit": 0}, {"limit": -1}, {"order": "up"}):
            with pytest.raises(Invalid):
                await store.page(THREADS, **wrong)
            with pytest.raises(Invalid):
                await store.page_records(LOG, **wrong)

    @with_store
    async def test_what_comes_and_goes_shows_in_the_next_page(self, store: Store) -> None:
        assert (await store.page(THREADS)).items == ()
        for n in range(10):
            await store.put(("threads", f"t{n}"), {"created_at": n}, durable=False)
            assert ids(await store.page(THREADS, limit=1)) == [f"t{n}"]
        for n in reversed(range(10)):
            await store.delete(("threads", f"t{n}"))
            assert len((await store.page(THREADS)).items) == n


async def _check_cursors(
    names: list[str], page: Callable[..., Awaitable[tuple[list[str], bool]]]
) -> None:
    orders: tuple[Order, Order] = ("asc", "desc")
    for order in orders:
        listed = names if order == "asc" else names[::-1]
        for limit in range(1, len(names) + 2):
            for after in (None, *listed):
                for before in (None, *listed):
                    found = await page(limit=limit, order=order, after=after, before=before)
                    assert found == _expected(listed, limit, after, before)


def _expected(
    listed: list[str], limit: int, after: str | None, before: str | None
) -> tuple[list[str], bool]:
    start = 0 if after is None else listed.index(after) + 1
    between = listed[start : None if before is None else listed.index(before)]
    shown = between[-limit:] if after is None and before is not None else between[:limit]
    return shown, len(between) > limit
