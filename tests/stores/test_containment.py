"""Nothing that lies in the root, or is asked of it, leads out of it or holds it up."""

import os

import pytest

from understudy import Invalid

THREAD = ("threads", "t1")
LOG = (*THREAD, "messages")
BLOB = (*THREAD, "picture")


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "thread.json").write_text('{"secret": true}')
    (folder / "messages.jsonl").write_text('{"id": "secret"}\n')
    (folder / "picture").write_bytes(b"secret")
    return folder


async def data():
    yield b"data"


async def refused(store, *, documents=True):
    async def read_blob():
        return [piece async for piece in store.read_blob(BLOB)]

    calls = [
        lambda: store.append(LOG, [{}]),
        lambda: store.append(LOG, [{}], durable=False),
        lambda: store.read(LOG),
        lambda: store.page_records(LOG),
        lambda: store.get_record(LOG, "secret"),
        lambda: store.write_blob(BLOB, data()),
        read_blob,
    ]
    if documents:
        calls += [lambda: store.get(THREAD), lambda: store.put(THREAD, {})]
    for call in calls:
        with pytest.raises(Invalid):
            await call()


def snapshot(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_folder_that_is_a_link_out_of_the_root_is_refused(root, outside, use):
    (root / "threads").mkdir(parents=True)
    (root / "threads/t1").symlink_to(outside)
    before = snapshot(outside)

    async def body(store):
        await refused(store)
        with pytest.raises(Invalid, match="leads out of the data folder"):
            store.folder(THREAD)
        page = await store.page(("threads",))
        assert [(d.id, d.value) for d in page.items] == [("t1", {})]
        assert isinstance(page.items[0].error, Invalid)

    use(body)
    assert snapshot(outside) == before


def test_a_collection_that_is_a_link_out_of_the_root_is_refused(root, tmp_path, outside, use):
    root.mkdir()
    outside.rename(tmp_path / "t1")
    (root / "threads").symlink_to(tmp_path)

    async def body(store):
        await refused(store)
        with pytest.raises(Invalid):
            await store.page(("threads",))
        with pytest.raises(Invalid):
            await store.delete(THREAD)

    use(body)
    assert len(snapshot(tmp_path / "t1")) == 3


def test_files_that_are_links_out_of_the_root_are_refused(root, outside, use):
    folder = root / "threads/t1"
    folder.mkdir(parents=True)
    for file in outside.iterdir():
        (folder / file.name).symlink_to(file)
    before = snapshot(outside)
    use(refused)
    assert snapshot(outside) == before


def test_a_dangling_link_out_of_the_root_is_not_written_through(root, tmp_path, use):
    folder = root / "threads/t1"
    folder.mkdir(parents=True)
    for name in ("thread.json", "messages.jsonl", "picture"):
        (folder / name).symlink_to(tmp_path / f"planted-{name}")

    async def body(store):
        with pytest.raises(Invalid):
            await store.put(THREAD, {})
        with pytest.raises(Invalid):
            await store.append(LOG, [{}])
        with pytest.raises(Invalid):
            await store.write_blob(BLOB, data())

    use(body)
    assert not list(tmp_path.glob("planted-*"))


def test_links_that_stay_inside_work(root, use):
    (root / "shared").mkdir(parents=True)
    (root / "shared/thread.json").write_text('{"shared": 1}')
    (root / "threads/t1").mkdir(parents=True)
    (root / "threads/t1/thread.json").symlink_to("../../shared/thread.json")
    (root / "threads/t2").symlink_to("t1")

    async def body(store):
        assert (await store.get(THREAD)).value == {"shared": 1}
        await store.put(("threads", "t2"), {"shared": 2})
        assert (await store.get(THREAD)).value == {"shared": 2}
        assert len((await store.page(("threads",))).items) == 2
        assert await store.delete(("threads", "t2"))
        assert (await store.get(THREAD)).value == {"shared": 2}

    use(body)
    assert (root / "threads/t1/thread.json").is_symlink()


def test_a_link_in_a_circle_is_refused(root, use):
    folder = root / "threads/t1"
    folder.mkdir(parents=True)
    for name in ("thread.json", "messages.jsonl", "picture"):
        (folder / name).symlink_to(name)
    use(lambda store: refused(store, documents=False))


def test_the_root_may_be_a_link(root, tmp_path, use):
    (tmp_path / "elsewhere").mkdir()
    root.symlink_to("elsewhere")

    async def body(store):
        await store.put(THREAD, {"n": 1})
        assert store.folder(THREAD) == root / "threads/t1"
        assert len((await store.page(("threads",))).items) == 1

    use(body)
    assert (tmp_path / "elsewhere/threads/t1/thread.json").exists()


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_no_regular_file_is_refused_without_waiting(root, use, kind):
    folder = root / "threads/t1"
    folder.mkdir(parents=True)
    for name in ("thread.json", "messages.jsonl", "picture"):
        make_special(folder / name, kind)

    async def body(store):
        await refused(store)
        [document] = (await store.page(("threads",))).items
        assert "thread.json" in str(document.error)

    use(body)


def make_special(file, kind):
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        try:
            os.mknod(file, 0o20666, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("only root can make a device")


def test_a_blob_cannot_take_the_place_of_a_document_or_log(use):
    async def body(store):
        await store.put(THREAD, {"n": 1})
        for name in ("thread.json", "messages.jsonl"):
            with pytest.raises(Invalid, match="not of a blob"):
                await store.write_blob((*THREAD, name), data())
        assert (await store.get(THREAD)).value == {"n": 1}

    use(body)


def test_hostile_names_leave_no_trace(root, use):
    async def body(store):
        for name in ("..", "../../x", "/tmp/x", "~", "CON:", "a\0b", "\N{FULLWIDTH FULL STOP}" * 2):
            for path in (("threads", name), (name, "x"), ("threads", "t1", "runs", name)):
                with pytest.raises(Invalid):
                    await store.put(path, {})
                with pytest.raises(Invalid):
                    store.folder(path)
                with pytest.raises(Invalid):
                    await store.append((*path, "log"), [{}])
        with pytest.raises(Invalid):
            await store.put(tuple("a" * 100 for _ in range(60)), {})

    use(body)
    assert not root.exists()
