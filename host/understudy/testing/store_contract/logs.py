"""Logs."""

# ruff: noqa: D102 - the names of the tests are their sentences

from __future__ import annotations

import asyncio

import pytest

from understudy.errors import NotFound
from understudy.store import Page, Record, Store
from understudy.testing.store_contract.case import LOG, Case, with_store


class Logs(Case):
    """Logs."""

    @with_store
    async def test_records_are_read_as_they_were_appended(self, store: Store) -> None:
        records: list[Record] = [
            {"b": 1, "a": "x\ny\r\u2028\0"},
            {},
            {"a": [1.5, None, {"é": "🧠"}]},
        ]
        await store.append(LOG, records[:2])
        await store.append(LOG, records[2:], durable=False)
        assert [entry.record for entry in await store.read(LOG)] == records
        assert [list(entry.record) for entry in await store.read(LOG)] == [["b", "a"], [], ["a"]]

    @with_store
    async def test_positions_grow_and_reading_goes_on_behind_them(self, store: Store) -> None:
        last = [await store.append(LOG, [{"n": n}, {"n": -n}]) for n in range(4)]
        entries = await store.read(LOG)
        positions = [entry.position for entry in entries]
        assert positions == sorted(set(positions))
        assert min(positions) > 0
        assert last == positions[1::2]
        for count, position in enumerate(positions, 1):
            assert await store.read(LOG, after=position) == entries[count:]

    @with_store
    async def test_to_append_nothing_changes_nothing(self, store: Store) -> None:
        assert await store.append(LOG, []) == 0
        assert await store.read(LOG) == []
        position = await store.append(LOG, [{"n": 1}])
        assert await store.append(LOG, []) == position

    @with_store
    async def test_appends_at_the_same_time_are_all_kept_whole(self, store: Store) -> None:
        async def write(writer: int) -> None:
            for n in range(10):
                records = [{"id": f"{writer}-{n}-{part}"} for part in (1, 2)]
                await store.append(LOG, records, durable=writer % 2 == 0)

        await asyncio.gather(*(write(writer) for writer in range(6)))
        ids = [entry.record["id"] for entry in await store.read(LOG)]
        assert len(ids) == len(set(ids)) == 120
        assert all(ids[at + 1] == f"{ids[at][:-1]}2" for at in range(0, 120, 2))
        for writer in range(6):
            own = [int(i.split("-")[1]) for i in ids if i.startswith(f"{writer}-")]
            assert own == sorted(own)

    @with_store
    async def test_the_last_record_of_an_id_counts_at_the_first_place(self, store: Store) -> None:
        await store.append(LOG, [{"id": "a", "v": 1}, {"id": "b"}, {"no": "id"}, {"id": 3}])
        assert await store.get_record(LOG, "a") == {"id": "a", "v": 1}
        await store.append(LOG, [{"id": "c"}, {"id": "a", "v": 2}])
        page = await store.page_records(LOG, order="asc")
        assert page.items == ({"id": "a", "v": 2}, {"id": "b"}, {"id": "c"})
        assert await store.get_record(LOG, "a") == {"id": "a", "v": 2}

    @with_store
    async def test_a_removed_record_is_gone_until_it_is_written_again(self, store: Store) -> None:
        await store.append(LOG, [{"id": "a"}, {"id": "b"}, {"id": "c"}])
        await store.append(LOG, [{"id": "b", "deleted": True}])
        page = await store.page_records(LOG, order="asc", limit=2)
        assert (page.items, page.has_more) == (({"id": "a"}, {"id": "c"}), False)
        assert await store.get_record(LOG, "b") is None
        with pytest.raises(NotFound):
            await store.page_records(LOG, after="b")
        await store.append(LOG, [{"id": "b", "again": True}, {"id": "c", "deleted": False}])
        assert [r["id"] for r in (await store.page_records(LOG, order="asc")).items] == [
            "a",
            "b",
            "c",
        ]

    @with_store
    async def test_an_unknown_log_is_empty(self, store: Store) -> None:
        assert await store.read(LOG) == []
        assert await store.get_record(LOG, "m1") is None
        assert await store.page_records(LOG) == Page((), has_more=False)
