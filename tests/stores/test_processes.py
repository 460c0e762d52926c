"""Several real processes on one root, some of which are killed at any moment."""

import os
import random
import signal

import pytest

from understudy import Conflict

THREAD = ("threads", "t1")
LOG = (*THREAD, "messages")

WRITE = """
    name, times = sys.argv[2], int(sys.argv[3])
    for n in range(times):
        await store.append(LOG, [{"id": f"{name}-{n}"}], durable=n % 2 == 0)
        while True:
            document = await store.get(THREAD)
            try:
                value = {"n": document.value["n"] + 1}
                await store.put(THREAD, value, expect=document.version, durable=n % 2 == 0)
                break
            except Conflict:
                pass
"""


def test_processes_that_write_together_lose_nothing(use, start):
    use(lambda store: store.put(THREAD, {"n": 0}))
    children = [start(WRITE, name, 40) for name in "abc"]
    for child in children:
        _, errors = child.communicate(timeout=90)
        assert child.returncode == 0, errors

    async def body(store):
        assert (await store.get(THREAD)).value == {"n": 120}
        ids = [entry.record["id"] for entry in await store.read(LOG)]
        for name in "abc":
            assert [i for i in ids if i[0] == name] == [f"{name}-{n}" for n in range(40)]
        assert len((await store.page_records(LOG, limit=1000)).items) == 120

    use(body)


MAKE = """
    for n in range(25):
        await store.put(("threads", f"{sys.argv[2]}-{n}"), {"created_at": n}, durable=False)
        page = await store.page(("threads",), limit=1000)
        assert f"{sys.argv[2]}-{n}" in [document.id for document in page.items]
"""


def test_a_process_lists_what_it_made_while_others_make_more(use, start):
    children = [start(MAKE, name) for name in "ab"]
    for child in children:
        _, errors = child.communicate(timeout=90)
        assert child.returncode == 0, errors

    async def body(store):
        assert len((await store.page(("threads",), limit=1000)).items) == 50

    use(body)


def test_what_a_process_appends_another_sees_at_once(use, start):
    child = start("""
    for line in sys.stdin:
        await store.append(LOG, [{"id": line.strip()}], durable=False)
        say("done")
    """)

    async def body(store):
        position = 0
        for n in range(20):
            child.stdin.write(f"m{n}\n")
            child.stdin.flush()
            assert child.stdout.readline() == "done\n"
            [entry] = await store.read(LOG, after=position)
            assert entry.record == {"id": f"m{n}"}
            position = entry.position
            assert (await store.page_records(LOG, limit=1)).items == ({"id": f"m{n}"},)

    use(body)


FOREVER = """
    name = sys.argv[2]
    thread = ("threads", name)
    async def pieces():
        for _ in range(5):
            yield name.encode() * 20_000

    async def appending(durable):
        for n in range(10**6):
            record = {"id": f"{name}-{durable}-{n}", "x": "y" * 3000}
            await store.append(LOG, [record], durable=durable)
            say("append", durable, n)

    async def putting():
        for n in range(10**6):
            await store.put(thread, {"n": n, "x": "y" * 5000}, durable=n % 2 == 0)
            say("put", n)

    async def making():
        for n in range(10**6):
            await store.put((*thread, "runs", f"r{n}"), {"n": n}, durable=False)
            await store.page((*thread, "runs"), limit=1)
            say("make", n)
            if n % 3 == 0:
                await store.delete((*thread, "runs", f"r{n}"))
                say("delete", n)

    async def blobbing():
        while True:
            await store.write_blob((*thread, "blob"), pieces())

    await asyncio.gather(appending(True), appending(False), putting(), making(), blobbing())
"""


def said(child, lines):
    """What a child acknowledged: the first lines, and what was on its way when it was killed."""
    words = [child.stdout.readline().split() for _ in range(lines)]
    assert all(words), child.stderr.read()
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    whole = [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    return words + [line.split() for line in whole]


def test_nothing_acknowledged_is_lost_and_all_is_readable_after_kills(root, use, start):
    chance = random.Random(7)
    acknowledged = {}
    for life in range(5):
        name = f"life{life}"
        acknowledged[name] = said(start(FOREVER, name), chance.randrange(20, 150))
        use(lambda store, name=name: check(store, root, name, acknowledged[name]))

    async def all_there(store):
        for name, words in acknowledged.items():
            await check(store, root, name, words)
        assert len((await store.page(("threads",), limit=100)).items) == len(acknowledged)

    use(all_there)
    assert not list(root.glob("threads/t1/*.tmp"))


async def check(store, root, name, words):
    thread = ("threads", name)
    ids = {entry.record["id"] for entry in await store.read(LOG)}
    listed = {run.id for run in (await store.page((*thread, "runs"), limit=10**6)).items}
    put = -1
    for word, *rest in words:
        if word == "append":
            assert f"{name}-{rest[0]}-{rest[1]}" in ids
        elif word == "make" and ["delete", rest[0]] not in words and int(rest[0]) % 3:
            assert f"r{rest[0]}" in listed
        elif word == "delete":
            assert f"r{rest[0]}" not in listed
        elif word == "put":
            put = int(rest[0])
    if put >= 0:
        assert (await store.get(thread)).value["n"] >= put
    assert all(not run.error for run in (await store.page((*thread, "runs"), limit=10**6)).items)
    for blob in root.glob(f"threads/{name}/blob"):
        assert blob.read_bytes() == name.encode() * 100_000


HOLD = """
    async with store.lock(THREAD):
        say("held")
        sys.stdin.read()
"""


def test_a_lock_excludes_other_processes_and_dies_with_its_holder(use, start):
    first = start(HOLD)
    assert first.stdout.readline() == "held\n"

    async def body(store):
        with pytest.raises(Conflict):
            async with store.lock(THREAD, timeout=0):
                pass
        second = start(HOLD)
        first.kill()
        assert second.stdout.readline() == "held\n"
        with pytest.raises(Conflict):
            async with store.lock(THREAD, timeout=0.05):
                pass
        second.stdin.close()
        async with store.lock(THREAD, timeout=60):
            pass

    use(body)


def test_a_lock_is_not_kept_by_a_child_of_its_holder(use, start):
    holder = start("""
    async with store.lock(THREAD):
        child = os.fork()
        if child == 0:
            signal.pause()
    say(child)
    sys.stdin.read()
    """)
    child = int(holder.stdout.readline())

    async def body(store):
        async with store.lock(THREAD, timeout=0):
            pass

    try:
        use(body)
    finally:
        os.kill(child, signal.SIGKILL)


def test_no_lock_files_pile_up(root, use):
    async def body(store):
        for n in range(150):
            async with store.lock(("threads", f"t{n}")):
                pass

    use(body)
    assert list((root / ".understudy/locks").iterdir()) == []
