"""What SIGKILL costs: a host with runs under way is killed at random moments, again and again.

    python benchmarks/kills.py [--kills 1000] [--seconds 60] [--runs 8] [--seed 1]

A child process holds the runs: an assistant with index.js (clock, chance, a timer, tools side by
side) and one without, whose model calls tools. Each tool writes its call's id into a file, and
waits for the disk. The child is killed 0.05 to 0.6 s after it has begun a run; the next one takes
up what is left. After ten kills, and at the end, one is left alone until all is over. Counted,
from the journals and the tools' own file:

- lost: runs that have not ended, or that failed without one of the two reasons below;
- refused: `pay`, which may not be repeated, was under way; given up: killed five times in a row
  before the run got any further;
- twice: finished effects that were made again, and calls of `pay` made twice;
- told twice: events with the number of another one, and texts that differ from their deltas.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from understudy import Function, Host
from understudy.testing.model_server import Answer, ModelServer, Received, call_tools, say
from understudy.tools import ToolCall

CODE = """
export async function* invoke(run) {
  const [a, b] = await Promise.all([
    run.tools.call("look", { at: Date.now() }), run.tools.call("look", { chance: Math.random() }),
  ]);
  yield "Looked twice. ";
  await new Promise((resolve) => setTimeout(resolve, 3));
  await run.tools.call("pay", { amount: crypto.randomUUID(), at: Date.now() });
  yield* run.next();
}
"""
TOOLS = {"tools": [{"type": "look"}, {"type": "pay"}]}
COUNTS = ("runs", "completed", "refused", "given up", "lost", "twice", "told twice", "taken up")
ALLOWED = {"`pay` was under way": "refused", "ended at the same place": "given up"}
KILLS_IN_A_ROW = 10
REST_SECONDS = 60


class Tool:
    """Writes down each call before it answers."""

    name, idempotent = "look", True

    def __init__(self, context: Any) -> None:
        self.functions = (Function(self.name, idempotent=self.idempotent),)

    async def call(self, call: ToolCall) -> str:
        with Path(os.environ["CALLS"]).open("a") as file:  # noqa: ASYNC230 - before it answers
            file.write(f"{self.name} {call.run.id} {call.id}\n")
            file.flush()
            os.fsync(file.fileno())
        await asyncio.sleep(0.002)
        return "done"

    async def close(self) -> None:
        """Nothing is held."""


class Pay(Tool):
    name, idempotent = "pay", False


async def child(root: Path, runs: int) -> None:
    """Take up what is left, and keep so many runs going."""
    async with Host(root, resume="all", providers={"tools": {"look": Tool, "pay": Pay}}) as host:
        if not runs:
            await host.resume()
            await rest(host)
            return
        taking_up = asyncio.create_task(host.resume())
        begun = []
        for assistant in itertools.cycle(("coder", "caller")):
            begun.append(await host.start(assistant, "Go."))
            print("begun", flush=True)
            if len(begun) > runs:
                await taking_up
                await begun.pop(0).wait()


async def rest(host: Host) -> None:
    """Wait until all is over."""
    page = await host.threads.page(limit=10_000)
    for thread in page.items:
        for run in (await host.runs.page(thread.id)).items:
            if not run.is_over:
                async for _ in host.runs.events(thread.id, run.id):
                    pass


def answer(request: Received) -> Answer:
    """Two rounds of tools, then text."""
    told = sum(message["role"] == "tool" for message in request.body["messages"])
    if told >= 3 or not request.body.get("tools"):
        return say("All of it is done, and this is the answer to it.")
    return call_tools([("look", {"n": told}), ("look", {"n": told + 1})], text="One moment. ")


class Trial:
    """A data root, its model, and the child that is killed."""

    def __init__(self, root: Path, model: ModelServer) -> None:
        self.root = root
        self.env = {
            **os.environ,
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "key",
            "UNDERSTUDY_DISCOVERY": "0",
            "CALLS": str(root.parent / "calls"),
        }
        for name, files in {"coder": {"src/index.js": CODE}, "caller": {}}.items():
            folder = root / "assistants" / name
            (folder / "src").mkdir(parents=True)
            (folder / "assistant.json").write_text(json.dumps(TOOLS))
            for file, text in files.items():
                (folder / file).write_text(text)

    def start(self, runs: int) -> subprocess.Popen[str]:
        """A child; it has begun a run, if it is to begin any."""
        command = [sys.executable, __file__, "--child", str(self.root), "--runs", str(runs)]
        process = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert not runs or process.stdout.readline() == "begun\n"
        return process

    def kill_once(self, runs: int, seconds: float) -> None:
        """Kill a child so long after it has begun a run."""
        process = self.start(runs)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

    def finish(self) -> None:
        """Leave a child alone until all is over. Raises `TimeoutExpired` if something stands."""
        process = self.start(0)
        try:
            process.communicate(timeout=REST_SECONDS)
        finally:
            process.kill()
        assert process.returncode == 0


def counted(root: Path) -> Counter[str]:
    """What has become of the runs."""
    found = Counter[str]()
    made = Counter(Path(root.parent / "calls").read_text().splitlines())
    found["twice"] += sum(count - 1 for line, count in made.items() if line.startswith("pay"))
    for file in root.glob("threads/*/runs/*/run.json"):
        folder, run = file.parent, json.loads(file.read_text())
        lines = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
        found["runs"] += 1
        found["taken up"] += sum("taken_up" in line for line in lines)
        found["twice"] += made_again(lines)
        found["told twice"] += told_wrong(lines)
        found[verdict(run)] += 1
    return found


def verdict(run: dict[str, Any]) -> str:
    """Whether a run was lost."""
    if run["status"] == "completed":
        return "completed"
    reason = (run["last_error"] or {}).get("message", "")
    for words, name in ALLOWED.items():
        if words in reason:
            return name
    print(run["id"], run["status"], reason, file=sys.stderr)
    return "lost"


def made_again(lines: list[dict[str, Any]]) -> int:
    """Effects that began behind their own result."""
    ended, again = set[str](), 0
    for line in lines:
        if "result" in line and not line["result"].rpartition(".")[2].startswith("t"):
            ended.add(line["result"])
        again += "effect" in line and line["id"] in ended
    return again


def told_wrong(lines: list[dict[str, Any]]) -> int:
    """Numbers that are not new, and finished messages that are not what their deltas say."""
    last, wrong = 0, 0
    said: dict[str, str] = {}
    for line in lines:
        wrong += line["n"] <= last
        last = line["n"] + len(line.get("more", ()))
        data = line.get("data", {})
        if line.get("event") == "thread.message.delta":
            pieces = [data["delta"]["content"][0]["text"]["value"], *line.get("more", ())]
            said[data["id"]] = said.get(data["id"], "") + "".join(pieces)
        elif line.get("event") == "thread.message.completed":
            wrong += data["content"][0]["text"]["value"] != said.get(data["id"])
    return wrong


def trial(kills: int, seconds: float, runs: int, seed: int) -> dict[str, int]:
    """Kill so often, or for so long; returns the counts."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, ModelServer(default=answer) as model:
        tried = Trial(Path(folder) / "root", model)
        end, done = time.monotonic() + seconds, 0
        while done < kills and (not done or time.monotonic() < end):
            tried.kill_once(runs, chance.uniform(0.05, 0.6))
            done += 1
            if done % KILLS_IN_A_ROW == 0:
                tried.finish()
        tried.finish()
        found = counted(tried.root)
        return {"kills": done, **{name: found[name] for name in COUNTS}}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60, help="stop after that time")
    parser.add_argument("--runs", type=int, default=8, help="how many are under way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        asyncio.run(child(options.child, options.runs))
        return
    print(json.dumps(trial(options.kills, options.seconds, options.runs, options.seed)))


if __name__ == "__main__":
    main()
