"""The tests that every store must pass.

    from understudy.testing.store_contract import StoreContract

    class TestMyStore(StoreContract):
        def open(self, tmp_path):
            return MyStore(tmp_path)

`open` is called inside a running event loop, once or more for a test; what it returns is closed.
"""

# ruff: noqa: D102 - the names of the tests are their sentences

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path as FilePath
from typing import Any, TypeVar

import pytest

from understudy.errors import Conflict, Invalid, NotFound
from understudy.store import Order, Page, Path, Record, Store

Contract = TypeVar("Contract", bound="StoreContract")

THREADS = ("threads",)
THREAD = ("threads", "t1")
LOG = ("threads", "t1", "messages")
BLOB = ("files", "file-1", "content")
HOSTILE = (
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "/etc",
    ".hidden",
    "a\0",
    "a\n",
    "é",
    "x" * 129,
    "a b",
)


def with_store(
    test: Callable[[Contract, Store], Awaitable[None]],
) -> Callable[[Contract, FilePath], None]:
    """Make a pytest test of an async method that takes an open store."""

    def run(self: Contract, tmp_path: FilePath) -> None:
        async def main() -> None:
            store = self.open(tmp_path)
            try:
                await test(self, store)
            finally:
                await store.close()

        asyncio.run(main())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


class StoreContract:
    """Derive a test class and override `open`."""

    def open(self, tmp_path: FilePath) -> Store:
        """Make a store; the same place for the same `tmp_path`, if it has a place."""
        raise NotImplementedError

    # -- documents

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
        assert await _value(store, THREAD) == {"c": 3}

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
        assert await _value(store, THREAD) == {"list": [1]}

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
        assert await _value(store, THREAD) == {"n": 2}
        assert await store.get(("threads", "t2")) is None

    @with_store
    async def test_of_writers_that_make_one_document_only_one_succeeds(self, store: Store) -> None:
        puts = [store.put(THREAD, {"n": n}, expect=None) for n in range(10)]
        results = await asyncio.gather(*puts, return_exceptions=True)
        winners = [n for n, result in enumerate(results) if isinstance(result, str)]
        assert [isinstance(result, Conflict) for result in results].count(True) == 9
        assert await _value(store, THREAD) == {"n": winners[0]}

    @with_store
    async def test_no_update_is_lost_among_many_writers(self, store: Store) -> None:
        await store.put(THREAD, {"n": 0})
        await asyncio.gather(*(_count_up(store, times=5) for _ in range(5)))
        assert await _value(store, THREAD) == {"n": 25}

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
        assert await _value(store, THREAD) == {"n": 1}
        assert await store.get(("threads", "new")) is None
        assert await store.read(LOG) == []

    @with_store
    async def test_large_documents_and_records_are_kept(self, store: Store) -> None:
        value = {"id": "big", "text": "ä" * 2_000_000}
        await store.put(THREAD, value)
        await store.append(LOG, [value])
        assert await _value(store, THREAD) == value
        assert await store.get_record(LOG, "big") == value

    @with_store
    async def test_documents_lie_at_any_depth(self, store: Store) -> None:
        path = ("a", "1", "b", "2", "c", "3", "d", "4")
        await store.put(path, {"deep": True})
        await store.append((*path, "log"), [{"id": "x"}])
        assert await _value(store, path) == {"deep": True}
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
        assert await _value(store, path) == {"n": 1}
        assert len(await store.read((*path, "l" * 128))) == 1

    # -- delete

    @with_store
    async def test_delete_removes_a_document_and_all_below(self, store: Store) -> None:
        await _furnish(store)
        await store.put(("threads", "t11"), {"id": "t11"})
        assert await store.delete(THREAD) is True
        assert await store.get(THREAD) is None
        assert await store.get((*THREAD, "runs", "r1")) is None
        assert (await store.page((*THREAD, "runs"))).items == ()
        assert await store.read(LOG) == []
        assert await store.get_record(LOG, "m1") is None
        with pytest.raises(NotFound):
            await _bytes(store, (*THREAD, "picture"))
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
            await _furnish(store)
            await store.page_records(LOG)
            await store.delete(THREAD, trash=trash)
            await store.put(THREAD, {"id": "t1"}, expect=None)
            assert (await store.page_records(LOG)).items == ()
            assert (await store.page((*THREAD, "runs"))).items == ()

    # -- pages

    @with_store
    async def test_documents_are_listed_by_time_and_then_by_id(self, store: Store) -> None:
        for name, time in (("b", 2), ("a", 2), ("c", 1.5), ("d", 3)):
            await store.put(("threads", name), {"created_at": time}, durable=False)
        assert _ids(await store.page(THREADS, order="asc")) == ["c", "a", "b", "d"]
        assert _ids(await store.page(THREADS)) == ["d", "b", "a", "c"]

    @with_store
    async def test_a_change_of_time_moves_a_document(self, store: Store) -> None:
        for n in range(5):
            await store.put(("threads", f"t{n}"), {"created_at": n}, durable=False)
        assert _ids(await store.page(THREADS, limit=2)) == ["t4", "t3"]
        await store.put(("threads", "t0"), {"created_at": 10}, durable=False)
        assert _ids(await store.page(THREADS, limit=2)) == ["t0", "t4"]

    @with_store
    async def test_pages_of_documents_follow_every_combination_of_cursors(
        self, store: Store
    ) -> None:
        names = [f"t{n}" for n in range(6)]
        for n, name in enumerate(names):
            await store.put(("threads", name), {"created_at": n}, durable=False)

        async def page(**cursors: Any) -> tuple[list[str], bool]:
            found = await store.page(THREADS, **cursors)
            return _ids(found), found.has_more

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
            for cursor in ("nobody", "../x", ""):
                with pytest.raises(NotFound):
                    await store.page(THREADS, after=cursor)
                with pytest.raises(NotFound):
                    await store.page_records(LOG, before=cursor)
            await _furnish(store)

    @with_store
    async def test_a_limit_or_order_without_sense_is_refused(self, store: Store) -> None:
        await _furnish(store)
        for wrong in ({"limit": 0}, {"limit": -1}, {"order": "up"}):
            with pytest.raises(Invalid):
                await store.page(THREADS, **wrong)  # type: ignore[arg-type]
            with pytest.raises(Invalid):
                await store.page_records(LOG, **wrong)  # type: ignore[arg-type]

    @with_store
    async def test_what_comes_and_goes_shows_in_the_next_page(self, store: Store) -> None:
        assert (await store.page(THREADS)).items == ()
        for n in range(10):
            await store.put(("threads", f"t{n}"), {"created_at": n}, durable=False)
            assert _ids(await store.page(THREADS, limit=1)) == [f"t{n}"]
        for n in reversed(range(10)):
            await store.delete(("threads", f"t{n}"))
            assert len((await store.page(THREADS)).items) == n

    # -- logs

    @with_store
    async def test_records_are_read_as_they_were_appended(self, store: Store) -> None:
        records = [{"b": 1, "a": "x\ny\r\u2028\0"}, {}, {"a": [1.5, None, {"é": "🧠"}]}]
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

    # -- blobs

    @with_store
    async def test_bytes_are_read_back_in_pieces(self, store: Store) -> None:
        data = bytes(range(256)) * 1000
        assert await store.write_blob(BLOB, _chunks(data[:7], b"", data[7:])) == len(data)
        assert await _bytes(store, BLOB) == data

    @with_store
    async def test_a_blob_may_be_empty_and_may_be_replaced(self, store: Store) -> None:
        await store.write_blob(BLOB, _chunks(b"something"))
        assert await store.write_blob(BLOB, _chunks()) == 0
        assert await _bytes(store, BLOB) == b""

    @with_store
    async def test_an_unknown_blob_is_not_found(self, store: Store) -> None:
        with pytest.raises(NotFound):
            await _bytes(store, BLOB)

    @with_store
    async def test_a_blob_that_breaks_off_leaves_the_old_one(self, store: Store) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield b"new" * 100_000
            raise ConnectionResetError

        await store.write_blob(BLOB, _chunks(b"old"))
        with pytest.raises(ConnectionResetError):
            await store.write_blob(BLOB, broken())
        assert await _bytes(store, BLOB) == b"old"

    @with_store
    async def test_reading_may_stop_early(self, store: Store) -> None:
        await store.write_blob(BLOB, _chunks(b"x" * 1_000_000))
        async with aclosing(store.read_blob(BLOB)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                assert 0 < len(piece) < 1_000_000
                break
        assert await store.delete(("files", "file-1")) is False

    # -- locks

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
            await _furnish(store)
            assert await store.get(THREAD) is not None
            assert await store.delete(THREAD) is True

    @with_store
    async def test_a_hostile_name_cannot_be_locked(self, store: Store) -> None:
        for name in HOSTILE:
            with pytest.raises(Invalid):
                async with store.lock(("threads", name), timeout=0):
                    pass


async def _value(store: Store, path: Path) -> Record:
    document = await store.get(path)
    assert document is not None
    return document.value


async def _count_up(store: Store, times: int) -> None:
    while times:
        document = await store.get(THREAD)
        assert document is not None
        try:
            await store.put(THREAD, {"n": document.value["n"] + 1}, expect=document.version)
            times -= 1
        except Conflict:
            continue


async def _furnish(store: Store) -> None:
    await store.put(THREAD, {"id": "t1"})
    await store.put((*THREAD, "runs", "r1"), {"id": "r1"})
    await store.page((*THREAD, "runs"))
    await store.append(LOG, [{"id": "m1"}])
    await store.write_blob((*THREAD, "picture"), _chunks(b"pixels"))


async def _refused(store: Store, document: Path, other: Path) -> None:
    """All that takes a path refuses a bad one: `document` where a document is meant, `other` else."""
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: store.get(document),
        lambda: store.put(document, {}),
        lambda: store.delete(document),
        lambda: store.page(other),
        lambda: store.append(other, [{}]),
        lambda: store.read(other),
        lambda: store.page_records(other),
        lambda: store.get_record(other, "m1"),
        lambda: store.write_blob(other, _chunks(b"x")),
        lambda: _bytes(store, other),
    ]
    for call in calls:
        with pytest.raises(Invalid):
            await call()


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


def _ids(page: Page[Any]) -> list[str]:
    return [document.id for document in page.items]


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _bytes(store: Store, path: Path) -> bytes:
    return b"".join([piece async for piece in store.read_blob(path)])
