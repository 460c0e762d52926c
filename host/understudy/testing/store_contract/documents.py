"""Documents: put, get, compare-and-set, names."""

# ruff: noqa: D102 - the names of the tests are their sentences

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from understudy.errors import Conflict, Invalid
from understudy.store import Path, Record, Store
from understudy.testing.store_contract.case import (
    HOSTILE,
    LOG,
    THREAD,
    THREADS,
    Case,
    chunks,
    content,
    value_of,
    with_store,
)


class Documents(Case):
    """Documents: put, get, compare-and-set, names."""

    @with_store
    async def test_what_was_put_is_read_back(self, store: Store) -> None:
        value = {
            "id": "t1",
            "created_at": 7,
            "text": "naïve 🧠 \u2028 \0",
            "deep": [{"a": None}],
            "x": 1.5,
        }
        version = await store.put(THREAD, value)
        document = await store.get(THREAD)
        assert document is not None
        assert (document.value, document.version) == (value, version)
        assert (document.path, document.id, document.created_at) == (THREAD, "t1", 7)
        assert document.error is None

    @with_store
    async def test_an_unknown_document_is_none(self, store: Store) -> None:
        assert await store.get(THREAD) is None
        assert await store.get((*THREAD, "runs", "r1")) is None

    @with_store
    async def test_a_document_replaces_the_old_one_whole(self, store: Store) -> None:
        await store.put(THREAD, {"a": 1, "b": 2})
        await store.put(THREAD, {"c": 3}, durable=False)
        assert await value_of(store, THREAD) == {"c": 3}

    @with_store
    async def test_every_write_gives_a_new_version(self, store: Store) -> None:
        versions = [await store.put(THREAD, {"same": True}, durable=False) for _ in range(20)]
        assert len(set(versions)) == 20

    @with_store
    async def test_a_value_belongs_to_its_caller(self, store: Store) -> None:
        value: Record = {"list": [1]}
        await store.put(THREAD, value)
        value["list"].append(2)
        first = await store.get(THREAD)
        assert first is not None
        first.value["list"].append(3)
        assert await value_of(store, THREAD) == {"list": [1]}

    @with_store
    async def test_put_checks_the_version(self, store: Store) -> None:
        old = await store.put(THREAD, {"n": 1}, expect=None)
        new = await store.put(THREAD, {"n": 2}, expect=old)
        with pytest.raises(Conflict):
            await store.put(THREAD, {"n": 3}, expect=old)
        with pytest.raises(Conflict):
            await store.put(THREAD, {"n": 3}, expect=None)
        with pytest.raises(Conflict):
            await store.put(("threads", "t2"), {"n": 3}, expect=new)
        assert await value_of(store, THREAD) == {"n": 2}
        assert await store.get(("threads", "t2")) is None

    @with_store
    async def test_of_writers_that_make_one_document_only_one_succeeds(self, store: Store) -> None:
        puts = [store.put(THREAD, {"n": n}, expect=None) for n in range(10)]
        results = await asyncio.gather(*puts, return_exceptions=True)
        winners = [n for n, result in enumerate(results) if isinstance(result, str)]
        assert [isinstance(result, Conflict) for result in results].count(True) == 9
        assert await value_of(store, THREAD) == {"n": winners[0]}

    @with_store
    async def test_no_update_is_lost_among_many_writers(self, store: Store) -> None:
        await store.put(THREAD, {"n": 0})
        await asyncio.gather(*(_count_up(store, times=5) for _ in range(5)))
        assert await value_of(store, THREAD) == {"n": 25}

    @with_store
    async def test_a_cancelled_put_is_done_or_not_done(self, store: Store) -> None:
        for n in range(20):
            put = asyncio.create_task(store.put(THREAD, {"n": n}))
            for _ in range(n % 4):
                await asyncio.sleep(0)
            put.cancel()
            await asyncio.wait([put])
            before = await store.get(THREAD)
            await store.put(("threads", "t2"), {})
            assert await store.get(THREAD) == before
            assert before is None or before.value["n"] <= n

    @with_store
    async def test_what_json_cannot_hold_is_refused(self, store: Store) -> None:
        await store.put(THREAD, {"n": 1})
        bad: list[Any] = [
            {"x": float("nan")},
            {"x": float("inf")},
            {"x": "\ud800"},
            {"x": {1}},
            [1],
        ]
        for value in bad:
            with pytest.raises(Invalid):
                await store.put(THREAD, value)
            with pytest.raises(Invalid):
                await store.put(("threads", "new"), value)
            with pytest.raises(Invalid):
                await store.append(LOG, [{"id": "fine"}, value])
        assert await value_of(store, THREAD) == {"n": 1}
        assert await store.get(("threads", "new")) is None
        assert await store.read(LOG) == []

    @with_store
    async def test_large_documents_and_records_are_kept(self, store: Store) -> None:
        value = {"id": "big", "text": "ä" * 2_000_000}
        await store.put(THREAD, value)
        await store.append(LOG, [value])
        assert await value_of(store, THREAD) == value
        assert await store.get_record(LOG, "big") == value

    @with_store
    async def test_documents_lie_at_any_depth(self, store: Store) -> None:
        path = ("a", "1", "b", "2", "c", "3", "d", "4")
        await store.put(path, {"deep": True})
        await store.append((*path, "log"), [{"id": "x"}])
        assert await value_of(store, path) == {"deep": True}
        assert [d.id for d in (await store.page(path[:-1])).items] == ["4"]
        assert await store.get(path[:4]) is None
        assert (await store.page(("a",))).items == ()

    @with_store
    async def test_names_from_outside_are_checked(self, store: Store) -> None:
        for name in HOSTILE:
            for path in (("threads", name), (name, "t1"), (*THREAD, "runs", name)):
                await _refused(store, path, (*path, "messages"))

    @with_store
    async def test_a_path_of_the_wrong_length_is_refused(self, store: Store) -> None:
        await _refused(store, THREADS, THREAD)
        await _refused(store, (), ())

    @with_store
    async def test_the_longest_names_work(self, store: Store) -> None:
        path = ("c" * 128, "n" * 128)
        await store.put(path, {"n": 1})
        await store.append((*path, "l" * 128), [{"id": "1"}])
        assert await value_of(store, path) == {"n": 1}
        assert len(await store.read((*path, "l" * 128))) == 1


async def _count_up(store: Store, times: int) -> None:
    while times:
        document = await store.get(THREAD)
        assert document is not None
        try:
            await store.put(THREAD, {"n": document.value["n"] + 1}, expect=document.version)
            times -= 1
        except Conflict:
            continue


async def _refused(store: Store, document: Path, other: Path) -> None:
    """Whatever takes a path refuses a bad one: `document` where one is meant, `other` elsewhere."""
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: store.get(document),
        lambda: store.put(document, {}),
        lambda: store.delete(document),
        lambda: store.page(other),
        lambda: store.append(other, [{}]),
        lambda: store.read(other),
        lambda: store.page_records(other),
        lambda: store.get_record(other, "m1"),
        lambda: store.write_blob(other, chunks(b"x")),
        lambda: content(store, other),
    ]
    for call in calls:
        with pytest.raises(Invalid):
            await call()
