"""A full disk, a read-only folder, a process that stopped half-way."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

THREAD = ("threads", "t1")
LOG = (*THREAD, "messages")

LIMIT = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
"""

TRY_ALL = """
    async def pieces():
        for _ in range(8):
            yield b"x" * 65_536
    big = {"id": "big", "text": "x" * 300_000}
    for name, call in {
        "put": lambda: store.put(THREAD, big),
        "new": lambda: store.put(("threads", "t2"), big),
        "append": lambda: store.append(LOG, [{"id": "small"}, big]),
        "quick": lambda: store.append(LOG, [{"id": "small"}, big], durable=False),
        "blob": lambda: store.write_blob((*THREAD, "blob"), pieces()),
    }.items():
        try:
            await call()
            say(name, "worked")
        except StoreError as error:
            say(name, error.kind, error.hint is not None, str(Path(sys.argv[1])) in str(error))
    say((await store.get(THREAD)).value, await store.get(("threads", "t2")))
    say(len((await store.page(("threads",))).items), len((await store.page_records(LOG)).items))
"""


async def furnish(store):
    async def pieces():
        yield b"old"

    await store.put(THREAD, {"n": 1})
    await store.append(LOG, [{"id": "m1"}])
    await store.write_blob((*THREAD, "blob"), pieces())


def files(root):
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in root.rglob("*")
        if file.is_file() and ".understudy" not in file.parts
    }


REFUSED = "".join(f"{name} full True False\n" for name in ("put", "new", "append", "quick", "blob"))


def test_a_full_disk_is_reported_and_leaves_all_as_it_was(root, use, output):
    use(furnish)
    before = files(root)
    assert output(TRY_ALL, before=LIMIT) == REFUSED + "{'n': 1} None\n1 1\n"
    assert files(root) == before
    use(lambda store: store.append(LOG, [{"id": "m2"}]))
    assert files(root)["threads/t1/messages.jsonl"] == b'{"id":"m1"}\n{"id":"m2"}\n'


def test_a_really_full_disk_is_reported_and_usable_again(tmp_path):
    """On a file system of 1 MB, in a mount namespace of its own."""
    script = tmp_path / "script.py"
    script.write_text(FILL)
    enter = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.call([*enter, "true"]):
        pytest.skip("needs a mount namespace")
    place = tmp_path / "disk"
    place.mkdir()
    mount = f'mount -t tmpfs -o size=1m none {place} && exec "$0" {script} {place}'
    python = shutil.which("python", path=str(Path(os.sys.executable).parent)) or os.sys.executable
    ran = subprocess.run(
        [*enter, "sh", "-c", mount, python], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "full\nas it was\nworks again\n"


FILL = """
import asyncio, sys
from pathlib import Path
from understudy import StoreError
from understudy_files import FileStore
THREAD, LOG = ("threads", "t1"), ("threads", "t1", "messages")

async def main(root):
    store = FileStore(root)
    count = 0
    await store.put(THREAD, {"n": 1})
    await store.page(("threads",))
    try:
        while True:
            await store.append(LOG, [{"id": f"m{count}", "text": "x" * 10_000}])
            count += 1
    except StoreError as error:
        print(error.kind)
    for call in (
        lambda: store.put(THREAD, {"text": "x" * 20_000}),
        lambda: store.append(LOG, [{"text": "x" * 20_000}]),
    ):
        try:
            await call()
            print("was written")
        except StoreError as error:
            assert error.kind == "full"
    log = (root / "threads/t1/messages.jsonl").read_bytes()
    assert log.count(b"\\n") == count and log.endswith(b"\\n")
    assert (await store.get(THREAD)).value == {"n": 1}
    assert len(await store.read(LOG)) == count
    assert len((await store.page_records(LOG, limit=1000)).items) == count
    assert [d.id for d in (await store.page(("threads",))).items] == ["t1"]
    assert not list(root.rglob("*.tmp"))
    print("as it was")
    await store.delete(THREAD)
    await store.put(THREAD, {"n": 2})
    await store.append(LOG, [{"id": "m"}])
    assert len((await store.page_records(LOG)).items) == 1
    await store.close()
    print("works again")

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def public_root():
    """A root below folders that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "root"


TRY_READ_ONLY = """
    if os.geteuid() == 0:
        os.seteuid(65534)
    store = FileStore(Path(sys.argv[2]))
    for name, call in {
        "put": lambda: store.put(THREAD, {"n": 2}),
        "new": lambda: store.put(("threads", "t2"), {}),
        "append": lambda: store.append(LOG, [{}]),
        "quick": lambda: store.append(LOG, [{}], durable=False),
        "delete": lambda: store.delete(THREAD),
    }.items():
        try:
            await call()
            say(name, "worked")
        except StoreError as error:
            say(name, error.kind, error.hint is not None, sys.argv[2] in str(error))
    try:
        async with store.lock(THREAD):
            say("locked")
    except StoreError as error:
        say("lock", error.kind)
    say((await store.get(THREAD)).value, len(await store.read(LOG)))
    say(len((await store.page(("threads",))).items), len((await store.page_records(LOG)).items))
    await store.close()
    store = FileStore(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("indexed", [False, True])
def test_a_read_only_root_can_be_read_and_says_why_it_is_not_written(
    public_root, use, output, indexed
):
    use(furnish, public_root)
    with (public_root / "threads/t1/messages.jsonl").open("a") as log:
        log.write('{"id": "m2"}')
    if indexed:
        use(lambda store: store.page(("threads",)), public_root)
    folders = [public_root, *(f for f in public_root.rglob("*") if f.is_dir())]
    for place in [*folders, *(f for f in public_root.rglob("*") if f.is_file())]:
        place.chmod(0o555 if place.is_dir() else 0o444)
    before = files(public_root)
    try:
        imports = "import sqlite3, concurrent.futures.thread, encodings.utf_8_sig, uuid"
        printed = output(TRY_READ_ONLY, public_root, before=imports)
        assert files(public_root) == before
    finally:
        for folder in folders:
            folder.chmod(0o755)
    refused = [
        f"{name} readonly True False" for name in ("put", "new", "append", "quick", "delete")
    ]
    assert printed.splitlines() == [*refused, "lock readonly", "{'n': 1} 2", "1 2"]


def test_what_a_killed_process_left_is_cleared_away_an_hour_later(root, use):
    use(furnish)
    folder = root / "threads/t1"
    old, new = folder / ".thread.json.0123456789ab.tmp", folder / ".blob.0123456789ab.tmp"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 4000,) * 2)
    use(lambda store: store.put(THREAD, {"n": 2}))
    assert not old.exists()
    assert new.exists()


def test_a_deletion_that_was_cut_short_is_completed_by_the_next(root, use):
    left = root / ".understudy/.deleted/t9-20260101-000000/runs"
    left.mkdir(parents=True)
    use(furnish)
    use(lambda store: store.delete(THREAD))
    assert not left.parent.exists()
    assert list((root / ".understudy/.deleted").iterdir()) == []
