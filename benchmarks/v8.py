"""Embedded V8: a warm call, opening an assistant, transforming a module.

    python benchmarks/v8.py

The floor is raw mini-racer in the same run: the same function, the same argument and result as
JSON. Rounds are interleaved; medians of wall time, and CPU time where it tells more.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from py_mini_racer import mini_racer

from understudy.runtimes import Source
from understudy.tools import ToolCall
from understudy_v8 import V8Runtime
from understudy_v8.modules.compile import _cache, compile_module

ROUNDS = 40
CALLS = 50
ARGUMENT = {"city": "Oslo", "days": 3, "text": "x" * 200}
FUNCTION = "(args) => ({ echo: args.text, days: args.days + 1 })"
INDEX = f"""import {{ greet }} from './lib.js';
const answer = {FUNCTION};
export const tools = [{{ name: 't', execute: answer }}];
export function invoke(run) {{ return JSON.stringify(answer(run.assistant)) }}
"""


def run() -> Any:
    view = {"id": "run_1", "assistant": ARGUMENT, "thread": {}, "messages": []}
    view |= {"last_message": None, "files": [], "tools": []}
    return SimpleNamespace(id="run_1", view=lambda: view)


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


async def warm_calls(folder: Path) -> None:
    runtime = V8Runtime()
    program = await runtime.open(Source("a", folder, folder / "index.js"))
    call = ToolCall("call_1", "t", ARGUMENT, run())
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

        async def execute() -> Any:
            return await program.execute(call)

        async def invoke() -> Any:
            return [part async for part in program.invoke(call.run)]

        works = {
            "raw mini-racer: call()": plain,
            "raw mini-racer: eval_cancelable in the loop": plain_inner,
            "Program.execute": execute,
            "Program.invoke, one part": invoke,
        }
        samples: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                samples[name].append(await timed(work, CALLS))
        floor = samples["raw mini-racer: call()"]
        for name, taken in samples.items():
            report(name, taken, floor)
    await runtime.close()


async def opening(folder: Path) -> None:
    runtime = V8Runtime()
    await runtime.open(Source("a", folder, folder / "index.js"))
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
        program = await runtime.open(Source("a", folder, folder / "index.js"))
        ours.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        await asyncio.sleep(0.02)
        await program.close()
    report("raw mini-racer: make, eval, close", floor, floor)
    report("Runtime.open from the pool, two files", ours, floor)
    await runtime.close()


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
    transform()


if __name__ == "__main__":
    main()
