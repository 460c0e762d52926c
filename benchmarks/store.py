"""The filesystem store: its figures beside the floor of the same run, and whether they stay flat.

    python benchmarks/store.py [--small | --writers]

Each figure is the median of interleaved rounds. `wall` counts where the disk is waited for, CPU
time everywhere else. A ratio near 1 between the small and the large store means flat.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from understudy_files import FileStore

LOG = ("threads", "t0", "messages")
VALUE = {"id": "t", "object": "thread", "metadata": {"title": "A talk"}, "note": "x" * 300}
ROUNDS = 15


def furnish(root, folders, messages):
    """Files as a user's folder would hold them, written without the store."""
    for n in range(folders):
        folder = root / "threads" / f"t{n}"
        folder.mkdir(parents=True)
        (folder / "thread.json").write_text(json.dumps({**VALUE, "id": f"t{n}", "created_at": n}))
    with (root / "threads/t0/messages.jsonl").open("w") as log:
        for n in range(messages):
            log.write(json.dumps({"id": f"m{n}", "text": "x" * 300}) + "\n")
    os.utime(root / "threads", (1.7e9, 1.7e9))


async def measure(clock, times, calls):
    """Microseconds per call of each of `calls`: name → async function of a counter."""
    spent = {name: [] for name in calls}
    for turn in range(ROUNDS):
        for name, call in calls.items():
            begin = clock()
            for n in range(times):
                await call(turn * times + n)
            spent[name].append((clock() - begin) / times * 1e6)
    return {name: statistics.median(rounds) for name, rounds in spent.items()}


def floors(folder):
    """What the same costs with bare system calls."""
    (folder / "raw.json").write_text(json.dumps(VALUE, indent=2))
    line = (json.dumps({"id": "m0", "text": "x" * 300}) + "\n").encode()
    log = os.open(folder / "raw.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def read(_):
        return json.loads((folder / "raw.json").read_bytes())

    async def write(_):
        os.write(log, line)

    async def write_fsync(_):
        os.write(log, line)
        os.fsync(log)

    async def replace_fsync(_):
        fd = os.open(folder / "raw.tmp", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.write(fd, line)
        os.fsync(fd)
        os.close(fd)
        (folder / "raw.tmp").rename(folder / "raw.json")
        fd = os.open(folder, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)

    return read, write, write_fsync, replace_fsync


async def single_calls(root):
    """One document, one log: beside the floor."""
    read, write, write_fsync, replace_fsync = floors(root)
    store = FileStore(root)
    record = {"id": "m", "text": "x" * 300}

    cpu = await measure(
        time.process_time,
        60,
        {
            "read one JSON file (floor)": read,
            "get, first time": lambda n: store.get(("threads", f"t{n}")),
            "get, again": lambda _: store.get(("threads", "t1")),
            "write a line (floor)": write,
            "append, durable=False": lambda _: store.append(LOG, [record], durable=False),
        },
    )
    wall = await measure(
        time.perf_counter,
        10,
        {
            "write a line, fsync (floor)": write_fsync,
            "append": lambda _: store.append(LOG, [record]),
            "append by 16 at once, each": lambda _: sixteen(store, record),
            "replace a file, fsync (floor)": replace_fsync,
            "put": lambda n: store.put(("threads", "t2"), VALUE),
        },
    )
    wall["append by 16 at once, each"] /= 16
    await store.close()
    show("CPU", cpu)
    show("wall", wall)


async def sixteen(store, record):
    await asyncio.gather(*(store.append(LOG, [record]) for _ in range(16)))


async def writers(root):
    """Sixteen at once, each waiting for its acknowledgement: how long that takes, how many go."""
    stores = {name: FileStore(root, durability=name) for name in ("full", "fast")}
    record = {"id": "m", "text": "x" * 300}

    def one_log(_):
        return LOG

    def own_log(writer):
        return ("threads", f"t{writer}", "messages")

    def appends(durability, log):
        return lambda writer: stores[durability].append(log(writer), [record])

    calls = {
        "16 threads: write, fsync (floor)": synced_by_threads(root),
        "16 writers, one thread": appends("full", one_log),
        "16 writers, a thread each": appends("full", own_log),
        "the same, --durability fast": appends("fast", own_log),
    }
    waits = {name: [] for name in calls}
    rates = {name: [] for name in calls}
    for _ in range(5):
        for name, call in calls.items():
            begin = time.perf_counter()
            waits[name] += await by_sixteen(call, 20)
            rates[name].append(320 / (time.perf_counter() - begin))
    for name in calls:
        tenths = statistics.quantiles(waits[name], n=20)
        print(
            f"{name:34} {statistics.median(waits[name]) * 1e3:7.2f} ms median"
            f" {tenths[18] * 1e3:7.2f} ms p95 {statistics.median(rates[name]):8.0f} a second"
        )
    for store in stores.values():
        await store.close()


async def by_sixteen(call, times):
    """The seconds that each of `times` calls of 16 writers took."""
    waits = []

    async def writer(number):
        for _ in range(times):
            begin = time.perf_counter()
            await call(number)
            waits.append(time.perf_counter() - begin)

    await asyncio.gather(*(writer(number) for number in range(16)))
    return waits


def synced_by_threads(folder):
    """The floor: a file for each writer, a thread that writes and syncs it."""
    line = (json.dumps({"id": "m0", "text": "x" * 300}) + "\n").encode()
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    files = [os.open(folder / f"raw-{n}.jsonl", flags) for n in range(16)]
    threads = ThreadPoolExecutor(16)

    def write(number):
        os.write(files[number], line)
        os.fsync(files[number])

    async def call(number):
        await asyncio.get_running_loop().run_in_executor(threads, write, number)

    return call


def show(unit, figures):
    floor = 1.0
    for name, figure in figures.items():
        if name.endswith("(floor)"):
            floor = figure
        print(f"{name:34} {figure:10.1f} µs {unit:4} {figure / floor:6.1f} times the floor")


async def sizes(small, large):
    """The same calls on a small and on a large store, in turn."""
    stores = [FileStore(small), FileStore(large)]
    for store in stores:
        await store.page(("threads",))
        await store.page_records(LOG)

    async def page(store, n):
        await store.page(("threads",), after=f"t{30 + n % 50}")

    async def create_and_page(store, n):
        await store.put(("threads", f"new{n}"), VALUE, durable=False)
        await store.page(("threads",))

    async def fresh(root, what, *arguments):
        store = FileStore(root)
        await getattr(store, what)(*arguments)
        await store.close()

    calls = {
        "get": (lambda s, _: s.get(("threads", "t1")), 200, stores),
        "append, durable=False": (
            lambda s, n: s.append(LOG, [{"id": f"n{n}"}], durable=False),
            100,
            stores,
        ),
        "page of 20 documents": (page, 20, stores),
        "create one, then page": (create_and_page, 5, stores),
        "page of documents, opened anew": (
            lambda r, _: fresh(r, "page", ("threads",)),
            3,
            (small, large),
        ),
        "page of 20 records": (lambda s, _: s.page_records(LOG), 20, stores),
        "get_record": (lambda s, n: s.get_record(LOG, f"m{n % 20}"), 20, stores),
        "append, then page of records": (append_and_page, 10, stores),
        "page of records, opened anew": (
            lambda r, _: fresh(r, "page_records", LOG),
            3,
            (small, large),
        ),
    }
    for name, (call, times, (one, other)) in calls.items():
        pair = {
            "small": lambda n, call=call, one=one: call(one, n),
            "large": lambda n, call=call, other=other: call(other, n),
        }
        found = await measure(time.process_time, times, pair)
        a, b = found["small"], found["large"]
        print(f"{name:34} {a:10.1f} µs CPU   {b:10.1f} µs CPU   ratio {b / a:5.2f}")
    for store in stores:
        await store.close()


async def append_and_page(store, n):
    await store.append(LOG, [{"id": f"p{n}"}], durable=False)
    await store.page_records(LOG)


async def first_index(root):
    """What the first listing of a folder without an index costs."""
    for what, arguments in (("page", (("threads",),)), ("page_records", (LOG,))):
        store, begin = FileStore(root), time.process_time()
        await getattr(store, what)(*arguments)
        print(
            f"first {what} ever, large {'':13} {(time.process_time() - begin) * 1e3:10.1f} ms CPU"
        )
        await store.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writers", action="store_true", help="only 16 writers at once")
    parser.add_argument("--small", action="store_true", help="a tenth of the large store")
    arguments = parser.parse_args()
    scale = 10 if arguments.small or arguments.writers else 1
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        furnish(small, 100, 20)
        furnish(large, 10_000 // scale, 100_000 // scale)
        if arguments.writers:
            return asyncio.run(writers(small))
        print(f"small: 100 folders, 20 messages; large: {10_000 // scale}, {100_000 // scale}\n")
        asyncio.run(first_index(large))
        print()
        asyncio.run(sizes(small, large))
        print()
        asyncio.run(single_calls(large))
        print()
        return asyncio.run(writers(small))


if __name__ == "__main__":
    main()
