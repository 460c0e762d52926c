"""Logs that a power cut, a kill or an editor left in disorder."""

import json
import os

import pytest

LOG = ("threads", "t1", "messages")
WHOLE = b'{"id": "m1"}\n{"id": "m2"}\n'

pytestmark = pytest.mark.usefixtures("both_ways")


@pytest.fixture
def file(root):
    folder = root / "threads/t1"
    folder.mkdir(parents=True)
    return folder / "messages.jsonl"


def ids(entries):
    return [entry.record.get("id") for entry in entries]


def torn_copies(file):
    return {each.name: each.read_bytes() for each in file.parent.glob("*.torn-*")}


@pytest.mark.parametrize("touch", ["read", "append", "page_records", "get_record"])
def test_a_torn_tail_is_kept_aside_and_cut_off(file, use, caplog, touch):
    file.write_bytes(WHOLE + b'{"id": "m3", "text": "half of')

    async def body(store):
        if touch == "append":
            await store.append(LOG, [{"id": "m4"}])
        elif touch == "get_record":
            assert await store.get_record(LOG, "m3") is None
        else:
            await getattr(store, touch)(LOG)
        await store.append(LOG, [{"id": "m5"}])
        assert ids(await store.read(LOG))[:2] == ["m1", "m2"]
        assert ids(await store.read(LOG))[-1] == "m5"

    use(body)
    assert torn_copies(file) == {"messages.jsonl.torn-1": b'{"id": "m3", "text": "half of'}
    assert b"half of" not in file.read_bytes()
    assert "threads/t1/messages.jsonl" in caplog.text
    assert "messages.jsonl.torn-1" in caplog.text


def test_a_torn_tail_of_any_size_is_found(file, use):
    for size in (65_535, 65_536, 65_537, 1_000_000):
        file.write_bytes(WHOLE + b'"' * size)
        use(lambda store: store.append(LOG, [{"id": "m3"}]))
        assert file.read_bytes() == WHOLE + b'{"id":"m3"}\n'
    assert sorted(map(len, torn_copies(file).values())) == [65_535, 65_536, 65_537, 1_000_000]


def test_each_torn_tail_has_a_copy_of_its_own(file, use):
    for n in range(3):
        with file.open("ab") as log:
            log.write(b'{"torn": %d' % n)
        use(lambda store: store.append(LOG, [{"id": "whole"}]))
    assert torn_copies(file) == {
        f"messages.jsonl.torn-{n + 1}": b'{"torn": %d' % n for n in range(3)
    }
    assert file.read_bytes() == b'{"id":"whole"}\n' * 3


def test_a_complete_last_line_gets_its_line_break(file, use):
    file.write_bytes(WHOLE + b'{"id": "m3"}')

    async def body(store):
        assert ids(await store.read(LOG)) == ["m1", "m2", "m3"]
        await store.append(LOG, [{"id": "m4"}])
        assert ids(await store.read(LOG)) == ["m1", "m2", "m3", "m4"]

    use(body)
    assert file.read_bytes() == WHOLE + b'{"id": "m3"}\n{"id":"m4"}\n'
    assert torn_copies(file) == {}


def test_every_place_where_a_line_can_tear_leaves_a_readable_log(file, use):
    line = json.dumps({"id": "é", "text": "a\nb"}, ensure_ascii=False).encode() + b"\n"
    for cut in range(len(line) + 1):
        file.write_bytes(WHOLE + line[:cut])

        async def body(store, cut=cut):
            complete = ["é"] if cut >= len(line) - 1 else []
            assert ids(await store.read(LOG)) == ["m1", "m2", *complete]
            await store.append(LOG, [{"id": "next"}], durable=False)
            assert ids(await store.read(LOG)) == ["m1", "m2", *complete, "next"]

        use(body)


def test_a_bad_line_in_the_middle_is_skipped_and_reported_and_left_alone(file, use, caplog):
    bad = b'{"id": "m0"\n\0\0\0\n[1]\n"text"\n{"id": NaN}\n\xff\xfe\n'
    file.write_bytes(bad + WHOLE)

    async def body(store):
        assert ids(await store.read(LOG)) == ["m1", "m2"]
        page = await store.page_records(LOG)
        assert [record["id"] for record in page.items] == ["m2", "m1"]

    use(body)
    assert file.read_bytes() == bad + WHOLE
    assert "threads/t1/messages.jsonl" in caplog.text
    assert "byte 0" in caplog.text


def test_a_block_of_nuls_hides_nothing(file, use):
    file.write_bytes(WHOLE + b"\0" * 5000 + b'{"id": "m3"}\n' + b"\0" * 5000)

    async def body(store):
        assert ids(await store.read(LOG)) == ["m1", "m2", "m3"]
        await store.append(LOG, [{"id": "m4"}])
        assert ids(await store.read(LOG)) == ["m1", "m2", "m3", "m4"]
        assert len((await store.page_records(LOG)).items) == 4

    use(body)


def test_a_rewritten_log_is_listed_as_it_is_now(file, use):
    def rewrite(*names):
        file.write_text("".join(f'{{"id": "{name}"}}\n' for name in names))

    async def listed(store):
        return [record["id"] for record in (await store.page_records(LOG, order="asc")).items]

    async def body(store):
        await store.append(LOG, [{"id": "m1"}, {"id": "m2"}, {"id": "m3"}])
        assert await listed(store) == ["m1", "m2", "m3"]
        rewrite("m1", "m3")
        assert await listed(store) == ["m1", "m3"]
        rewrite("m1", "m4")
        assert await listed(store) == ["m1", "m4"]
        assert await store.get_record(LOG, "m3") is None
        rewrite("m9", "m8", "m7", "m6", "m5")
        assert await listed(store) == ["m9", "m8", "m7", "m6", "m5"]
        file.unlink()
        assert await listed(store) == []
        await store.append(LOG, [{"id": "m2"}])
        assert await listed(store) == ["m2"]

    use(body)


def test_a_record_edited_in_place_is_read_as_it_is_now(file, use):
    async def body(store):
        await store.append(LOG, [{"id": "m1", "text": "old"}, {"id": "m2"}])
        await store.page_records(LOG)
        file.write_bytes(file.read_bytes().replace(b"old", b"new"))
        assert (await store.get_record(LOG, "m1"))["text"] == "new"
        # An id of the same length, and a record of our own behind it: the size tells nothing.
        file.write_bytes(file.read_bytes().replace(b"m1", b"mx"))
        await store.append(LOG, [{"id": "m3"}])
        page = await store.page_records(LOG, order="asc")
        assert [record["id"] for record in page.items] == ["mx", "m2", "m3"]
        assert await store.get_record(LOG, "m1") is None

    use(body)


def test_a_log_that_an_editor_replaced_is_appended_to_in_its_new_place(file, use):
    async def body(store):
        await store.append(LOG, [{"id": "m1"}])
        await store.page_records(LOG)
        copy = file.with_suffix(".new")
        copy.write_bytes(b'{"id": "other"}\n')
        os.replace(copy, file)
        await store.append(LOG, [{"id": "m2"}])
        page = await store.page_records(LOG, order="asc")
        assert [record["id"] for record in page.items] == ["other", "m2"]

    use(body)
