"""Replay: a run of 1,000 effects, live and played again from its journal.

    python benchmarks/replay.py [MILLISECONDS]

Live, index.js asks a model in the same process 1,000 times, which answers after MILLISECONDS (30:
quicker than most). The floor is the same with a model that answers at once: what is left
is the host's own work. Replays and the floor are interleaved; medians.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from understudy import Host
from understudy.models import ChatChunk

EFFECTS = 1000
ROUNDS = 3
CODE = f"""
export async function* invoke(run) {{
  for (let i = 0; i < {EFFECTS}; i++) {{
    const asked = {{ messages: [{{ role: "user", content: `${{i}}` }}] }};
    for await (const part of run.model.chat(asked)) if (part.text && i % 100 == 0) yield part.text;
  }}
}}
"""


class Slow:
    """A model that answers after `seconds`."""

    seconds = 0.0

    async def chat(self, request):
        await asyncio.sleep(self.seconds)
        yield ChatChunk(text="Yes. ", finish_reason="stop")

    async def models(self, settings):
        return ["one"]

    async def close(self):
        pass


def write_assistant(root: Path) -> None:
    code = root / "assistants" / "asker" / "src" / "index.js"
    code.parent.mkdir(parents=True)
    code.write_text(CODE)


async def live(host: Host, seconds: float) -> tuple[str, float]:
    Slow.seconds = seconds
    began = time.perf_counter()
    reply = await host.run("asker", "Go.", model="slow/one")
    return reply.run.id, time.perf_counter() - began


async def played(host: Host, run_id: str) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    replay = await host.replays.play(await host.recording(run_id))
    assert replay.is_same, replay.differences
    return time.perf_counter() - began, time.process_time() - cpu


async def main(milliseconds: float) -> None:
    with tempfile.TemporaryDirectory() as root:
        write_assistant(Path(root))
        async with Host(root, providers={"models": {"slow": Slow}}) as host:
            run_id, slow = await live(host, milliseconds / 1000)
            floors, replays = [], []
            for _ in range(ROUNDS):
                floors.append((await live(host, 0))[1])
                replays.append(await played(host, run_id))
        took = statistics.median(wall for wall, _ in replays)
        cpu = statistics.median(cpu for _, cpu in replays)
        floor = statistics.median(floors)
        print(f"live, {milliseconds:g} ms a call   {slow:8.2f} s   {slow / took:6.1f} times replay")
        print(f"live, 0 ms a call    {floor:8.2f} s   {floor / took:6.1f} times")
        each = took / EFFECTS * 1e6
        print(f"replay               {took:8.2f} s   {cpu:.2f} s CPU, {each:.0f} µs an effect")


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
