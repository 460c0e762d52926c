"""People edit the files with an editor, and an open store sees it at once."""

import json
import os
import shutil

import pytest

from understudy import Invalid, NotFound

THREAD = ("threads", "t1")
JAN = ("assistants", "jan")

pytestmark = pytest.mark.usefixtures("both_ways")


def write(root, name, text):
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


async def listed(store, collection=("threads",), **cursors):
    return [document.id for document in (await store.page(collection, **cursors)).items]


def test_the_layout_is_the_one_people_know(root, use):
    async def body(store):
        await store.put((*THREAD, "runs", "r1"), {"id": "r1"})
        await store.put(THREAD, {"id": "t1", "title": "Zoë"})
        await store.put(("vector_stores", "vs"), {})
        await store.append((*THREAD, "messages"), [{"id": "m1"}, {"id": "m2"}])
        await store.append((*THREAD, "runs", "r1", "journal"), [{"n": 1}])
        assert store.folder(THREAD) == root / "threads" / "t1"

    use(body)
    assert (
        root / "threads/t1/thread.json"
    ).read_text() == '{\n  "id": "t1",\n  "title": "Zoë"\n}\n'
    assert (root / "threads/t1/runs/r1/run.json").exists()
    assert (root / "vector_stores/vs/vector_store.json").exists()
    assert (root / "threads/t1/messages.jsonl").read_text() == '{"id":"m1"}\n{"id":"m2"}\n'
    assert (root / "threads/t1/runs/r1/journal.jsonl").exists()
    assert sorted(os.listdir(root / "threads/t1")) == ["messages.jsonl", "runs", "thread.json"]


def test_an_edited_document_is_read_anew(root, use):
    async def body(store):
        old = await store.put(THREAD, {"n": 1})
        for n in range(2, 30):
            write(root, "threads/t1/thread.json", json.dumps({"n": n}))
            document = await store.get(THREAD)
            assert document.value == {"n": n}
            assert document.version != old
        with pytest.raises(Exception, match="was changed by somebody else"):
            await store.put(THREAD, {"n": 0}, expect=old)

    use(body)


def test_folders_that_come_and_go_by_hand_are_listed_at_once(root, use):
    async def body(store):
        await store.put(THREAD, {"created_at": 1})
        assert await listed(store) == ["t1"]
        write(root, "threads/t2/thread.json", '{"created_at": 2}')
        assert await listed(store) == ["t2", "t1"]
        (root / "threads/t3").mkdir()
        assert await listed(store) == ["t2", "t1"]
        write(root, "threads/t3/thread.json", '{"created_at": 3}')
        assert await listed(store) == ["t3", "t2", "t1"]
        shutil.rmtree(root / "threads/t2")
        assert await listed(store) == ["t3", "t1"]
        (root / "threads/t3/thread.json").unlink()
        assert await listed(store) == ["t1"]
        (root / "threads/t1").rename(root / "threads/renamed")
        assert await listed(store) == ["renamed"]
        with pytest.raises(NotFound):
            await store.page(("threads",), after="t1")

    use(body)


def test_folders_made_by_hand_in_between_our_own_are_all_listed(root, use):
    async def body(store):
        for n in range(0, 40, 2):
            await store.put(("threads", f"t{n:02}"), {"created_at": n}, durable=False)
            write(root, f"threads/t{n + 1:02}/thread.json", f'{{"created_at": {n + 1}}}')
            assert await listed(store, order="asc", limit=100) == [f"t{m:02}" for m in range(n + 2)]

    use(body)


def test_an_edited_time_moves_the_document_when_its_page_is_read(root, use):
    async def body(store):
        for n in range(5):
            await store.put(("threads", f"t{n}"), {"created_at": n})
        assert await listed(store) == ["t4", "t3", "t2", "t1", "t0"]
        write(root, "threads/t3/thread.json", '{"created_at": 0.5}')
        assert await listed(store, limit=3) == ["t4", "t2", "t1"]
        assert await listed(store, after="t3") == ["t0"]
        write(root, "threads/t4/thread.json", '{"created_at": -1}')
        assert await listed(store, after="t4") == []
        assert await listed(store, before="t4") == ["t2", "t1", "t3", "t0"]

    use(body)


def test_times_are_read_as_jan_writes_them(root, use):
    write(root, "threads/ms/thread.json", '{"created_at": 1750945742536}')
    write(root, "threads/old/thread.json", '{"created": 1700000000123}')
    write(root, "threads/float/thread.json", '{"created_at": 1750945742.5}')
    write(root, "threads/odd/thread.json", '{"created_at": "yesterday"}')
    write(root, "threads/huge/thread.json", '{"created_at": 1' + "0" * 400 + "}")
    write(root, "threads/.DS_Store", b"\0\1")
    write(root, "threads/stray.txt", "not a thread")
    for name in ("odd", "huge"):
        os.utime(root / f"threads/{name}/thread.json", (1600000000, 1600000000))

    async def body(store):
        page = await store.page(("threads",), order="asc")
        assert [(d.id, d.created_at) for d in page.items] == [
            ("huge", 1600000000),
            ("odd", 1600000000),
            ("old", 1700000000.123),
            ("float", 1750945742.5),
            ("ms", 1750945742.536),
        ]

    use(body)


def test_jans_first_draft_is_read_until_it_is_written_in_the_new_place(root, use):
    draft = write(root, "assistants/jan/jan.json", '{"id": "jan", "name": "Jan"}')

    async def body(store):
        found = await store.get(JAN)
        assert found.value["name"] == "Jan"
        assert await listed(store, ("assistants",)) == ["jan"]
        await store.put(JAN, {"name": "New"}, expect=found.version)
        assert (await store.get(JAN)).value == {"name": "New"}

    use(body)
    assert json.loads(draft.read_text())["name"] == "Jan"


COMMENTED = """\
{
  // who it is
  "id": "jan",
  "name": "Jan", /* the plain one */
  "tools": [{"type": "rag"},],
}
"""


def test_comments_outlive_a_change(root, use):
    file = write(root, "assistants/jan/assistant.json", COMMENTED)

    async def body(store):
        found = await store.get(JAN)
        assert found.value == {"id": "jan", "name": "Jan", "tools": [{"type": "rag"}]}
        await store.put(JAN, found.value | {"name": "June"}, expect=found.version)
        assert (await store.get(JAN)).value["name"] == "June"
        await store.put(JAN, found.value | {"name": "July"})

    use(body)
    assert file.read_text() == COMMENTED.replace('"Jan"', '"July"')


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{\n  "id": "jan"\n  "name": 1}', "line 3, column 3", ""),
        ('{"a": 1,\n "b": NaN}', "line 2, column 7", "NaN"),
        ('{"a": Infinity}', "line 1, column 7", "Infinity"),
        (b'{"a": "\xff"}', "line 1, column 8", "UTF-8"),
        ("", "line 1", ""),
        ('["a"]', "", "object"),
        ('{"a": "\\ud800"}', "line 1, column 8", "pair"),
        ('{"a": ' + "[" * 100_000, "", "deep"),
        ('{"a": 1e999}', "line 1, column 7", "1e999"),
        ('{"a": ' + "9" * 5000 + "}", "line 1, column 7", "99"),
    ],
)
def test_a_malformed_document_is_reported_with_its_place_and_hides_no_other(
    root, use, text, place, words
):
    write(root, "assistants/bad/assistant.json", text)
    write(root, "assistants/good/assistant.json", '{"id": "good"}')

    async def body(store):
        with pytest.raises(Invalid) as caught:
            await store.get(("assistants", "bad"))
        message = str(caught.value)
        assert "assistants/bad/assistant.json" in message
        assert place in message
        assert words in message
        assert str(root) not in message
        assert caught.value.hint
        documents = {d.id: d for d in (await store.page(("assistants",))).items}
        assert str(documents["bad"].error) == message
        assert documents["bad"].value == {}
        assert documents["good"].error is None

    use(body)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(root, use):
    write(root, "assistants/jan/assistant.json", b'\xef\xbb\xbf{\r\n  "id": "jan"\r\n}\r\n')
    write(root, "threads/t1/messages.jsonl", b'\xef\xbb\xbf{"id": "m1"}\r\n\r\n{"id": "m2"}\r\n')

    async def body(store):
        assert (await store.get(JAN)).value == {"id": "jan"}
        assert [e.record["id"] for e in await store.read((*THREAD, "messages"))] == ["m1", "m2"]
        assert len((await store.page_records((*THREAD, "messages"))).items) == 2

    use(body)


def test_an_oversized_document_is_refused_before_it_is_read(root, use):
    with write(root, "assistants/jan/assistant.json", "").open("wb") as file:
        file.truncate(10 * 2**30)

    async def body(store):
        with pytest.raises(Invalid, match="larger than 16 MB"):
            await store.get(JAN)

    use(body)


def test_permissions_given_by_hand_are_kept(root, use):
    async def body(store):
        await store.put(THREAD, {"n": 1})
        (root / "threads/t1/thread.json").chmod(0o640)
        await store.put(THREAD, {"n": 2})

    use(body)
    assert (root / "threads/t1/thread.json").stat().st_mode & 0o777 == 0o640


def test_a_deleted_assistant_is_found_in_the_trash_with_its_code(root, use):
    write(root, "assistants/jan/src/index.js", "export {}")

    async def body(store):
        for _ in range(3):
            await store.put(JAN, {"id": "jan"})
            assert await store.delete(JAN, trash=True)
        assert await store.get(JAN) is None

    use(body)
    kept = sorted((root / ".trash").iterdir())
    assert len(kept) == 3
    assert sum((folder / "src/index.js").exists() for folder in kept) == 1
    assert all((folder / "assistant.json").exists() for folder in kept)
    assert not (root / "assistants/jan").exists()
