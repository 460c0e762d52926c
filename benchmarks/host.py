"""What the whole host adds: to a streamed answer, and to a call into a warm index.js.

    python benchmarks/host.py [--chunks 100] [--rounds 7]

Relay: a model in a process of its own streams at a steady pace. `socket` reads the words from a
bare socket, `client` with our model client, `host` as a run's events from `Host` on the file store
(journal, messages and state changes included). Time to the first word, and processor time of this
process for each chunk. Call: a tool that index.js exports, through the hooks and `toolCall`,
beside the same function on raw mini-racer. Medians of interleaved rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

from relay_client import Bare, Client, model

from understudy import Host, ToolCall

PACES = {1: 0.002, 20: 0.02}
CALLS = 300
INDEX = """
export const tools = [{ name: "echo", execute: (args) => ({ days: args.days + 1 }) }];
"""
FUNCTION = "(args) => ({ days: args.days + 1 })"
ARGUMENTS = {"city": "Oslo", "days": 3, "text": "x" * 200}


class ThroughHost:
    """Reads the stream as the events of a run."""

    def __init__(self, host: Host) -> None:
        self.host = host

    async def first_word(self) -> float:
        thread = await self.host.new_thread()
        await self.host.say(thread.id, "go")
        begin, first = time.perf_counter(), 0.0
        execution = await self.host.runs.create(thread.id, "reader")
        async with aclosing(execution.events()) as events:
            async for event in events:
                if event.name == "thread.message.delta":
                    first = first or time.perf_counter() - begin
        await execution.wait()
        return first

    async def close(self) -> None:
        await self.host.close()


async def measure(reader, streams: int, chunks: int) -> tuple[float, float]:
    begin = time.process_time()
    firsts = await asyncio.gather(*(reader.first_word() for _ in range(streams)))
    spent = time.process_time() - begin
    return statistics.median(firsts) * 1e3, spent / (streams * chunks) * 1e6


async def relay(port: int, root: Path, streams: int, chunks: int, rounds: int) -> None:
    folder = root / "assistants" / "reader"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "assistant.json").write_text('{"model": "m"}')
    os.environ["OPENAI_BASE_URL"] = f"http://127.0.0.1:{port}/v1"
    readers = {
        "socket": Bare(port, parse=True),
        "client": Client(port),
        "host": ThroughHost(Host(root)),
    }
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in readers}
    for number in range(rounds + 1):
        for name, reader in readers.items():
            figure = await measure(reader, streams, chunks)
            if number:  # the first round opens connections and imports
                figures[name].append(figure)
    for reader in readers.values():
        await reader.close()
    floor: list[float] = []
    for name, rows in figures.items():
        first, cost = (statistics.median(column) for column in zip(*rows, strict=True))
        floor = floor or [first, cost]
        print(
            f"{streams:>3} streams  {name:<7} first word {first:6.2f} ms ({first - floor[0]:+6.2f})"
            f"   {cost:6.1f} µs a chunk ({cost / floor[1]:.2f}x)"
        )


async def warm_call(root: Path, rounds: int) -> None:
    from py_mini_racer import MiniRacer

    folder = root / "assistants" / "caller" / "src"
    folder.mkdir(parents=True)
    (folder / "index.js").write_text(INDEX)
    text = json.dumps(ARGUMENTS)
    async with Host(root) as host, host.assistants.loaded("caller") as loaded:
        raw, run = MiniRacer(), SimpleNamespace(id="run_1")
        raw.eval(f"f = {FUNCTION}")
        rows: dict[str, list[float]] = {"raw call": [], "raw eval": [], "host": []}
        for _ in range(rounds):
            begin = time.perf_counter()
            for _ in range(CALLS):
                raw.call("f", ARGUMENTS)
            middle = time.perf_counter()
            for _ in range(CALLS):
                json.loads(raw.eval(f"JSON.stringify(f(JSON.parse({json.dumps(text)})))"))
            after = time.perf_counter()
            for number in range(CALLS):
                await loaded.toolbox.call(ToolCall(str(number), "echo", ARGUMENTS, run))
            end = time.perf_counter()
            for name, spent in zip(
                rows, (middle - begin, after - middle, end - after), strict=True
            ):
                rows[name].append(spent / CALLS * 1e6)
        raw.close()
    floor = statistics.median(rows["raw call"])
    for name, values in rows.items():
        value = statistics.median(values)
        print(f"warm call    {name:<8} {value:7.1f} µs ({value / floor:.2f}x)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--chunks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    for streams, pace in PACES.items():
        with model(pace, args.chunks) as port, tempfile.TemporaryDirectory() as root:
            asyncio.run(relay(port, Path(root), streams, args.chunks, args.rounds))
    with tempfile.TemporaryDirectory() as root:
        asyncio.run(warm_call(Path(root), args.rounds))


if __name__ == "__main__":
    main()
