"""V8 in this process and in the jail: warm calls, large ones, opening, transforming a module.

    python benchmarks/v8.py

The floor is raw mini-racer in the same run: the same function, the same argument and result as
JSON. Rounds are interleaved; medians of wall time, and CPU time of this process where it tells
more (a jail's own is not in it).
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from py_mini_racer import mini_racer

from understudy.permissions.grant import Grant
from understudy.runtimes import Source
from understudy.tools import ToolCall
from understudy_v8 import V8Runtime
from understudy_v8.jail.jail import Jail
from understudy_v8.modules.compile import _cache, compile_module

ROUNDS = 40
CALLS = 50
LARGE = "\\".join(["x" * 99 + '"'] * 10_000)
ARGUMENT = {"city": "Oslo", "days": 3, "text": "x" * 200}
FUNCTION = "(args) => ({ echo: args.text, days: args.days + 1 })"
INDEX = f"""import {{ greet }} from './lib.js';
const answer = {FUNCTION};
const many = async (_, call) => {{
  const ask = (_, n) => call.tools.call('x', {{ n }});
  await Promise.all(Array.from({{ length: 1000 }}, ask));
}};
export const tools = [{{ name: 't', execute: answer }}, {{ name: 'many', execute: many }}];
export function invoke(run) {{ return JSON.stringify(answer(run.assistant)) }}
"""


Works = dict[str, Callable[[], Awaitable[Any]]]


def run() -> Any:
    view = {"id": "run_1", "assistant": ARGUMENT, "thread": {}, "messages": []}
    view |= {"last_message": None, "files": [], "tools": []}
    said = {"seed": b"run_1", "now": time.time(), "effect": effect}
    return SimpleNamespace(id="run_1", view=lambda: view, **said)


async def effect(kind: str, payload: dict[str, Any]) -> Any:
    return payload["arguments"]


async def timed(work: Callable[[], Awaitable[Any]], calls: int) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        await work()
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


def report(name: str, samples: list[tuple[float, float]], floor: list[tuple[float, float]]) -> None:
    wall, cpu = (statistics.median(part) for part in zip(*samples, strict=True))
    wall0, cpu0 = (statistics.median(part) for part in zip(*floor, strict=True))
    print(
        f"{name:46} {wall * 1e6:8.0f} µs  {wall / wall0:5.2f}x"
        f"   CPU {cpu * 1e6:8.0f} µs  {cpu / cpu0:5.2f}x"
    )


def source(folder: Path, *, trusted: bool) -> Source:
    return Source("a", folder, folder / "index.js", grant=Grant(trusted=trusted))


async def warm_calls(folder: Path) -> None:
    runtime = V8Runtime()
    programs = {
        "here": await runtime.open(source(folder, trusted=True)),
        "jail": await runtime.open(source(folder, trusted=False)),
    }
    call = ToolCall("call_1", "t", ARGUMENT, run())
    large = ToolCall("call_2", "t", {"text": LARGE, "days": 1}, call.run)
    many = ToolCall("call_3", "many", {}, call.run)
    loop = asyncio.get_running_loop()
    stack = ExitStack()
    # Made on a thread, so that it has a loop of its own, as in a program without asyncio.
    raw = await asyncio.to_thread(stack.enter_context, mini_racer())
    with stack, mini_racer(loop) as inner:
        await asyncio.to_thread(raw.eval, f"globalThis.answer = {FUNCTION}; 1")
        await inner.eval_cancelable(f"globalThis.answer = {FUNCTION}; 1")

        async def plain() -> Any:
            return raw.call("answer", ARGUMENT)

        async def plain_inner() -> Any:
            code = f"JSON.stringify(answer({json.dumps(ARGUMENT)}))"
            return json.loads(await inner.eval_cancelable(code))

        async def plain_large() -> Any:
            return raw.call("answer", large.arguments)

        async def execute(place: str, call: ToolCall) -> Any:
            return await programs[place].execute(call)

        async def invoke(place: str) -> Any:
            return [part async for part in programs[place].invoke(call.run)]

        calls: Works = {
            "raw mini-racer: call()": plain,
            "raw mini-racer: eval_cancelable in the loop": plain_inner,
        }
        echoes: Works = {"raw mini-racer: call(), 1 MB there and back": plain_large}
        crowds: Works = {}
        for place in programs:
            calls[f"Program.execute, {place}"] = partial(execute, place, call)
            calls[f"Program.invoke, one part, {place}"] = partial(invoke, place)
            echoes[f"Program.execute, 1 MB, {place}"] = partial(execute, place, large)
            crowds[f"1,000 host calls at once, {place}"] = partial(execute, place, many)
        await compare(calls, CALLS)
        await compare(echoes, 1)
        await compare(crowds, 1)
    await runtime.close()


async def compare(works: Works, calls: int) -> None:
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            samples[name].append(await timed(work, calls))
    floor = next(iter(samples.values()))
    for name, taken in samples.items():
        report(name, taken, floor)


async def opening(folder: Path) -> None:
    runtime = V8Runtime()
    await runtime.open(source(folder, trusted=True))
    loop = asyncio.get_running_loop()
    ours, floor = [], []

    async def cold() -> None:
        def make() -> None:
            with mini_racer(loop) as racer:
                racer.eval(f"globalThis.answer = {FUNCTION}")

        await asyncio.to_thread(make)

    for _ in range(ROUNDS):
        floor.append(await timed(cold, 1))
        await asyncio.sleep(0.02)
        began = time.perf_counter(), time.process_time()
        program = await runtime.open(source(folder, trusted=True))
        ours.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        await asyncio.sleep(0.02)
        await program.close()
    report("raw mini-racer: make, eval, close", floor, floor)
    report("Runtime.open from the pool, two files", ours, floor)
    await runtime.close()


async def jailing() -> None:
    jail = Jail()
    began = time.perf_counter()
    isolates = [await jail.make()]
    print(f"jail, the first isolate {(time.perf_counter() - began) * 1e3:36.1f} ms")
    ready = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        isolates.append(await jail.make())
        ready.append(time.perf_counter() - began)
        if len(isolates) > 8:
            await isolates.pop(0).close()
    print(f"jail, a further isolate {statistics.median(ready) * 1e3:36.1f} ms")
    for name, size in memory():
        print(f"memory of its own, {name:32} {size / 1024:9.1f} MB")
    await jail.close()


def memory() -> list[tuple[str, float]]:
    """The memory that nobody shares, in KB: of the zygote, and a worker's median."""
    (zygote,) = children(os.getpid())
    workers = [own_memory(pid) for pid in children(zygote)]
    return [("zygote", own_memory(zygote)), ("worker", statistics.median(workers))]


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def own_memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def transform() -> None:
    body = "\n".join(
        f"export function f{n}(a) {{ const x = greet(a) + other.y; return {{ x, greet, n: {n} }} }}"
        for n in range(560)
    )
    source = f"import {{ greet, other }} from './lib.js';\n{body}\n"
    plain = source.replace("greet", "great").replace("import { great", "import { greet")
    for name, text in (("1,120 references to imports", source), ("560 references", plain)):
        taken = []
        for _ in range(10):
            _cache.clear()
            began = time.process_time()
            compile_module("index.js", text, None)
            taken.append(time.process_time() - began)
        size = f"{len(text) / 1000:.0f} KB, {name}"
        print(f"transform, {size:34} {statistics.median(taken) * 1e3:9.1f} ms CPU")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "index.js").write_text(INDEX)
        (folder / "lib.js").write_text("export const greet = (name) => `hi ${name}`;\n")
        asyncio.run(warm_calls(folder))
        asyncio.run(opening(folder))
    asyncio.run(jailing())
    transform()


if __name__ == "__main__":
    main()
