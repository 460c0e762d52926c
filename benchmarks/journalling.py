"""What keeping a run costs: the same runs on the disk and in memory.

    python benchmarks/journalling.py [--runs 20] [--milliseconds 20]

A model in the same process says 50 words, one each MILLISECONDS (20: 50 tokens a second). What the
filesystem store adds to the memory store is the journal and, besides, messages and run.json: an
upper bound. Also with `durability="fast"`. In turn; medians.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from typing import Any

from understudy import Host
from understudy.models import ChatChunk, ChatRequest

WORDS = 50


class Steady:
    """A model that says a word every `seconds`."""

    seconds = 0.0

    async def chat(self, _request: ChatRequest) -> AsyncIterator[ChatChunk]:
        for _ in range(WORDS):
            await asyncio.sleep(self.seconds)
            yield ChatChunk(text="word ")
        yield ChatChunk(finish_reason="stop")

    async def models(self, _settings: Any) -> list[str]:
        return ["one"]

    async def close(self) -> None:
        pass


async def timed(host: Any) -> tuple[float, float]:
    """Seconds and seconds of the processor that a run takes."""
    began, cpu = time.perf_counter(), time.process_time()
    reply = await host.run("jan", "Go.", model="steady/one")
    assert reply.text.split() == ["word"] * WORDS
    return time.perf_counter() - began, time.process_time() - cpu


async def main(runs: int, milliseconds: float) -> None:
    models: Any = {"models": {"steady": Steady}}
    with tempfile.TemporaryDirectory() as root:
        full = Host(f"{root}/full", providers=models)
        fast = Host(f"{root}/fast", providers=models, durability="fast")
        memory = Host(f"{root}/memory", providers=models, store="memory")
        async with full, fast, memory:
            for seconds in (0.0, milliseconds / 1000):
                Steady.seconds = seconds
                hosts = {"memory": memory, "fast": fast, "full": full}
                print(f"{seconds * 1e3:g} ms a word")
                report(await measured(hosts, runs))


async def measured(hosts: dict[str, Host], runs: int) -> dict[str, list[tuple[float, float]]]:
    """So many runs of each, in turn; the first round is not counted."""
    rounds = [{name: await timed(host) for name, host in hosts.items()} for _ in range(runs + 1)]
    return {name: [each[name] for each in rounds[1:]] for name in hosts}


def report(measured: dict[str, list[tuple[float, float]]]) -> None:
    """Medians, and what each adds to the first."""
    floor = statistics.median(wall for wall, _ in next(iter(measured.values())))
    for name, rows in measured.items():
        wall, cpu = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"  {name:8} {wall * 1e3:8.1f} ms, {cpu * 1e3:6.1f} CPU  {wall / floor - 1:+7.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--milliseconds", type=float, default=20)
    options = parser.parse_args()
    asyncio.run(main(options.runs, options.milliseconds))
