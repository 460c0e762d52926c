"""process.js: a round trip to the process and back, streamed items, a megabyte, the start.

    python benchmarks/process.py

The floor is a bare echo in the same run: a socketpair to a process of the same engine that speaks
Node's channel and nothing else, written to and read from by asyncio without any protocol above it.
process.js runs first in the engine, then in the jail.
Rounds are interleaved; medians, of wall time and of this process's CPU time.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from understudy import Grant
from understudy.processes import Caller, ProcessSource
from understudy_process import ProcessJS
from understudy_process.engines import find_deno
from understudy_v8 import V8Runtime

ROUNDS = 12
CALLS = 100
PROCESS = """
export const echo = (value) => value;
export function* count(to) { for (let i = 0; i < to; i++) yield i; }
"""
BARE = "process.on('message', (message) => process.send(message));"
Sample = tuple[float, float]


async def timed(work: Callable[[], Awaitable[Any]], calls: int) -> Sample:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        await work()
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


def report(name: str, samples: list[Sample], floor: list[Sample] | None = None) -> None:
    wall, cpu = (statistics.median(part) for part in zip(*samples, strict=True))
    line = f"{name:34} {wall * 1e6:9.0f} µs   CPU {cpu * 1e6:8.0f} µs"
    if floor:
        wall0, cpu0 = (statistics.median(part) for part in zip(*floor, strict=True))
        line += f"   {wall / wall0:5.2f}x   CPU {cpu / cpu0:5.2f}x"
    print(line)


class Bare:
    """The floor: the engine's own channel, nothing above it."""

    def start(self, folder: Path) -> socket.socket:
        (folder / "bare.mjs").write_text(BARE)
        ours, theirs = socket.socketpair()
        env = os.environ | {"NODE_CHANNEL_FD": str(theirs.fileno())}
        env["NODE_CHANNEL_SERIALIZATION_MODE"] = "json"
        deno = find_deno()
        command = [deno, "run", "-A", "--no-config"] if deno else ["node"]
        with theirs:
            self.process = subprocess.Popen(
                [*command, str(folder / "bare.mjs")], env=env, pass_fds=[theirs.fileno()]
            )
        return ours

    async def connect(self, ours: socket.socket) -> None:
        self.reader, self.writer = await asyncio.open_connection(sock=ours, limit=2**26)

    async def echo(self, line: bytes) -> bytes:
        self.writer.write(line)
        return await self.reader.readline()

    async def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.writer.close()


async def round_trips(process: ProcessJS, bare: Bare, caller: Caller) -> None:
    for name, value, calls in (
        ("a round trip", {"city": "Oslo"}, CALLS),
        ("a megabyte there and back", "x" * 2**20, 3),
    ):
        line = json.dumps(value).encode() + b"\n"

        async def ours(value: Any = value) -> Any:
            return await process.call(caller, "echo", [value])

        async def floor(line: bytes = line) -> Any:
            return json.loads(await bare.echo(line))

        await ours()
        await floor()
        mine, least = [], []
        for _ in range(ROUNDS):
            mine.append(await timed(ours, calls))
            least.append(await timed(floor, calls))
        report(f"{name}: bare channel", least)
        report(f"{name}: call", mine, least)


async def streams(process: ProcessJS, caller: Caller) -> None:
    async def all_items() -> None:
        async for _ in process.stream(caller, "count", [CALLS]):
            pass

    samples = [await timed(all_items, 1) for _ in range(ROUNDS)]
    report("a streamed item", [(wall / CALLS, cpu / CALLS) for wall, cpu in samples])


async def starts(source: ProcessSource, caller: Caller) -> None:
    samples = []
    for _ in range(5):
        process = ProcessJS(source)
        samples.append(await timed(lambda process=process: process.call(caller, "echo", [1]), 1))
        await process.close()
    report("the first call, with the start", samples)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "src").mkdir()
        (folder / "src" / "process.js").write_text(PROCESS)
        bare, runtime = Bare(), V8Runtime()
        await bare.connect(bare.start(folder))
        try:
            for place in ("deno" if find_deno() else "node", "jail"):
                print(f"\n{place}")
                await compare(source_for(folder, place, runtime), bare)
        finally:
            await bare.close()
            await runtime.close()


def source_for(folder: Path, engine: str, runtime: V8Runtime) -> ProcessSource:
    package = {"understudy": {"process": {"engine": engine}}}
    grant = Grant(trusted=True, process=True)
    main = Path("src/index.js")
    return ProcessSource("a", folder, main, package, grant=grant, open=runtime.open)


async def compare(source: ProcessSource, bare: Bare) -> None:
    caller = Caller("run_1", lambda _level, _text: None)
    process = ProcessJS(source)
    await round_trips(process, bare, caller)
    await streams(process, caller)
    await process.close()
    await starts(source, caller)


if __name__ == "__main__":
    asyncio.run(main())
