"""The index is derived: it can be lost, damaged or out of reach, and saves the work it is for."""

import os
import shutil
import sys
from contextlib import contextmanager

import pytest

from understudy_files import FileStore

LOG = ("threads", "t1", "messages")
INDEX = ".understudy/index.sqlite3"

pytestmark = pytest.mark.usefixtures("nothing_is_small")


def make(root, threads=30, messages=300):
    for n in range(threads):
        folder = root / f"threads/t{n}"
        folder.mkdir(parents=True)
        (folder / "thread.json").write_text(f'{{"id": "t{n}", "created_at": {n}}}')
    lines = "".join(f'{{"id": "m{n}", "n": {n}}}\n' for n in range(messages))
    (root / "threads/t1/messages.jsonl").write_text(lines)


async def check(store, threads=30, messages=300):
    page = await store.page(("threads",), limit=2)
    assert [d.id for d in page.items] == [f"t{threads - 1}", f"t{threads - 2}"]
    assert page.has_more
    assert len((await store.page(("threads",), limit=1000)).items) == threads
    records = await store.page_records(LOG, limit=2, after=f"m{messages - 5}")
    assert [record["n"] for record in records.items] == [messages - 6, messages - 7]
    assert (await store.get_record(LOG, "m7"))["n"] == 7


def test_a_deleted_index_is_made_again(root, use):
    make(root)
    use(check)
    shutil.rmtree(root / ".understudy")
    use(check)


def test_an_index_that_is_deleted_while_it_is_used_does_no_harm(root, use):
    make(root)

    async def body(store):
        await check(store)
        for file in (root / ".understudy").glob("index*"):
            file.unlink()
        await store.put(("threads", "t30"), {"created_at": 30})
        await check(store, threads=31)

    use(body)
    use(lambda store: check(store, threads=31))


@pytest.mark.parametrize("damage", ["text", "empty", "zeros", "truncated", "folder", "newer"])
def test_a_damaged_index_is_made_again(root, use, damage):
    make(root)
    use(check)
    index = root / INDEX
    if damage == "text":
        index.write_text("this is not a database " * 1000)
    elif damage == "empty":
        index.write_bytes(b"")
    elif damage == "zeros":
        index.write_bytes(index.read_bytes()[:4096] + bytes(index.stat().st_size - 4096))
    elif damage == "truncated":
        index.write_bytes(index.read_bytes()[:5000])
    elif damage == "folder":
        index.unlink()
        index.mkdir()
    else:
        index.write_bytes(index.read_bytes()[:60] + b"\0\0\0\x63" + index.read_bytes()[64:])
    use(check)
    use(check)


def test_two_open_stores_see_what_the_other_does(root, use):
    make(root)

    async def body(store):
        other = FileStore(root)
        await check(store)
        await check(other)
        await store.put(("threads", "t30"), {"created_at": 30})
        await check(other, threads=31)
        await other.append(LOG, [{"id": "m300", "n": 300}])
        await check(store, threads=31, messages=301)
        await other.delete(("threads", "t30"))
        await check(store)
        await other.put(("threads", "t29"), {"created_at": -1})
        assert [d.id for d in (await store.page(("threads",), limit=1)).items] == ["t28"]
        await other.close()

    use(body)


@contextmanager
def audited(wanted, ending):
    """The files with that ending to which the event happens in the block."""
    seen, active = [], True

    def hook(event, arguments):
        if active and event == wanted and str(arguments[0]).endswith(ending):
            seen.append(arguments[0])

    sys.addaudithook(hook)
    try:
        yield seen
    finally:
        active = False


def test_a_fresh_process_reads_the_page_and_not_the_folders(root, use):
    make(root, threads=200, messages=2)
    use(lambda store: store.page(("threads",)))

    async def body(store):
        with audited("open", "thread.json") as opened:
            page = await store.page(("threads",), limit=5, after="t150")
        assert [d.id for d in page.items] == [f"t{n}" for n in range(149, 144, -1)]
        assert 5 <= len(opened) <= 7

    use(body)


def test_what_the_store_makes_and_removes_costs_no_new_scan(root, use):
    make(root, threads=50, messages=2)

    async def body(store):
        await store.page(("threads",))
        with audited("os.scandir", "threads") as scanned:
            await store.put(("threads", "new"), {"created_at": 1000})
            assert (await store.page(("threads",))).items[0].id == "new"
            await store.append(("threads", "newer", "messages"), [{"id": "m"}])
            await store.put(("threads", "newer"), {"created_at": 1001})
            assert (await store.page(("threads",))).items[0].id == "newer"
            await store.delete(("threads", "newer"))
            assert (await store.page(("threads",))).items[0].id == "new"
        assert scanned == []

    # As if the folders had been left alone for a while: only then a scan can be relied on.
    os.utime(root / "threads", (1700000000, 1700000000))
    use(lambda store: store.page(("threads",)))
    use(body)


def test_a_root_that_cannot_hold_an_index_is_listed_all_the_same(root, use):
    make(root)
    (root / ".understudy").write_text("in the way of the folder of indexes and locks")
    use(check)
    assert (root / ".understudy").is_file()


@pytest.mark.parametrize("count", [15, 16, 17])
def test_what_was_small_is_listed_the_same_when_it_has_grown(root, use, monkeypatch, count):
    monkeypatch.undo()
    make(root, threads=count, messages=2)

    async def body(store):
        for cursor in ({"after": "t9"}, {"before": "t9"}, {"order": "asc", "after": "t9"}):
            pages = [await store.page(("threads",), limit=3, **cursor)]
            await store.put(("threads", "new"), {"created_at": -1})
            pages.append(await store.page(("threads",), limit=3, **cursor))
            await store.delete(("threads", "new"))
            pages.append(await store.page(("threads",), limit=3, **cursor))
            shown = [[document.id for document in page.items] for page in pages]
            assert shown[0] == shown[1] == shown[2] and len(shown[0]) == 3

    use(body)
    assert (root / INDEX).exists() == (count >= 16)
