"""What the kernel is asked for, seen with strace: synced before it is acknowledged."""

import re
import shutil
import subprocess
import sys

import pytest

THREAD = ("threads", "t1")
LOG = (*THREAD, "messages")

PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from understudy import StoreError
from understudy_files import FileStore
THREAD, LOG = ("threads", "t1"), ("threads", "t1", "messages")
async def refused(*calls):
    for call in calls:
        try:
            await call
        except StoreError as error:
            assert error.kind == "io"
        else:
            raise AssertionError("a failed sync was acknowledged")
async def main():
    store = FileStore(Path(sys.argv[1]))
    await {call}
    os.write(1, b"acknowledged")
    await store.close()
asyncio.run(main())
"""


@pytest.fixture
def trace(root, tmp_path):
    """`trace(call)`: the system calls that a process made until it acknowledged the call."""
    strace = ["strace", "-f", "-qq", "-y", "-s", "16", "-o", str(tmp_path / "calls")]
    if shutil.which("strace") is None or subprocess.call([*strace, "true"]):
        pytest.skip("needs strace")

    def trace(call, *options):
        calls = "fsync,fdatasync,rename,renameat,renameat2,write,mkdir"
        program = [sys.executable, "-c", PROGRAM.replace("{call}", call), str(root)]
        subprocess.run([*strace, "-e", f"trace={calls}", *options, *program], check=True)
        before, _, _ = (tmp_path / "calls").read_text().partition("acknowledged")
        return [
            line.partition(" ")[2].strip() for line in before.replace(str(root), "").split("\n")
        ]

    return trace


def synced(calls):
    """The files that were synced, by their names below the root."""
    found = (re.search(r"^f(?:data)?sync\(\d+<(.*)>", call) for call in calls)
    names = [re.sub(r"\.[0-9a-f]{12}\.tmp$", ".tmp", match[1]) for match in found if match]
    return [name for name in names if ".understudy" not in name]


def place(calls, pattern):
    return next(n for n, call in enumerate(calls) if re.search(pattern, call))


async def furnish(store):
    await store.put(THREAD, {"n": 1})
    await store.append(LOG, [{"id": "m1"}])


def test_a_document_is_synced_then_renamed_then_its_folder_is_synced(use, trace):
    use(furnish)
    calls = trace('store.put(THREAD, {"n": 2})')
    assert synced(calls) == ["/threads/t1/.thread.json.tmp", "/threads/t1"]
    steps = [
        place(calls, r"^fsync.*\.tmp>"),
        place(calls, r"^rename.*thread\.json"),
        place(calls, r"^fsync.*/threads/t1>"),
    ]
    assert steps == sorted(steps)


def test_new_folders_are_synced_up_to_the_root(trace):
    calls = trace('store.append(LOG, [{"id": "m1"}])')
    assert {"", "/threads", "/threads/t1", "/threads/t1/messages.jsonl"} <= set(synced(calls))


def test_an_append_is_one_write_and_one_sync(use, trace):
    use(furnish)
    calls = trace('store.append(LOG, [{"id": f"m{n}"} for n in range(50)])')
    assert synced(calls) == ["/threads/t1/messages.jsonl"]
    writes = [call for call in calls if call.startswith("write(") and "messages.jsonl" in call]
    assert len(writes) == 1


def test_appends_that_wait_together_share_a_sync(use, trace):
    use(furnish)
    calls = trace('asyncio.gather(*(store.append(LOG, [{"n": n}]) for n in range(16)))')
    assert 1 <= len(synced(calls)) <= 3


def test_what_need_not_be_durable_is_not_synced(use, trace):
    use(furnish)
    assert synced(trace('store.append(LOG, [{"id": "m2"}], durable=False)')) == []
    assert synced(trace('store.put(THREAD, {"n": 2}, durable=False)')) == []


def test_a_sync_that_fails_is_an_error_and_takes_the_write_back(root, use, trace):
    use(furnish)
    files = [root / "threads/t1/thread.json", root / "threads/t1/messages.jsonl"]
    before = [file.read_bytes() for file in files]
    calls = 'refused(store.append(LOG, [{"id": "m2"}]), store.put(THREAD, {"n": 2}))'
    trace(calls, "-e", "inject=fsync:error=EIO")
    assert [file.read_bytes() for file in files] == before
    assert sorted(file.name for file in files[0].parent.iterdir()) == [
        "messages.jsonl",
        "thread.json",
    ]
