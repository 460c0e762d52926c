"""What SIGKILL costs: servers with runs under way are killed at random moments, again and again.

    python benchmarks/kills.py [--kills 1000] [--seconds 60] [--runs 6] [--lanes 4] [--seed 1]

Each lane is `understudy serve` on a data root of its own, killed 0 to 1 s after it is ready and
started again at once. Clients make threads, messages and runs all the time and note every id that
was answered with 200. One assistant has an index.js (clock, chance, a timer, tools side by side),
one has none, and its model calls tools. Tools write each call into a file and wait for the disk;
the model counts its requests. After ten kills, and at the end, a server is left alone until its
runs are over. Counted:

- lost: acknowledged, and not there or not the same afterwards; runs that do not end, or that
  failed without one of the next two reasons;
- refused: `pay`, which may not be repeated, was under way; given up: killed eight times at one
  place;
- twice: model calls and tool calls that came after the journal had their result, model calls that
  came after the next one of their run, and calls of `pay` made twice;
- told twice: events with the number of another one, and texts that differ from their deltas.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import kill_tools
from kill_counts import asked_late, asked_of, calls_in, counted

from understudy.testing.model_server import Answer, ModelServer, Received, call_tools, say
from understudy.testing.server import Server

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
ASSISTANTS = {"coder": {"src/index.js": CODE}, "caller": {}}
COUNTS = ("runs", "completed", "refused", "given up", "twice", "told twice", "taken up")
OVER = ("completed", "failed", "cancelled", "incomplete", "expired")
KILLS_IN_A_ROW = 10
REST_SECONDS = 120
CLIENTS = 2


class Model:
    """Two rounds of tools, then text. Notes when each call of each run has come."""

    def __init__(self) -> None:
        self.asked: dict[str, list[float]] = {}

    def __call__(self, request: Received) -> Answer:
        self.asked.setdefault(asked_of(request), []).append(time.time())
        told = sum(message["role"] == "tool" for message in request.body["messages"])
        if told >= 3 or not request.body.get("tools"):
            return say("All of it is done, and this is the answer to it.")
        return call_tools([("look", {"n": told}), ("look", {"n": told + 1})], text="One moment. ")


class Client:
    """Makes threads, messages and runs, and remembers what was acknowledged."""

    def __init__(self, server: Server, name: str, runs: int) -> None:
        self._server = server
        self._name = name
        self._most = runs
        self._count = 0
        self._under_way: list[str] = []
        self.acknowledged: dict[str, Any] = {}
        """Objects by their paths, as they were first answered."""

    def work(self) -> None:
        """Until the server is gone."""
        try:
            while True:
                self._begin() if len(self._under_way) < self._most else self._look()
        except (OSError, ValueError, http.client.HTTPException):
            return

    def _begin(self) -> None:
        thread = self._made("/threads", {"metadata": {"by": self._name}})
        self._count += 1
        text = f"Go {self._name}-{self._count}."
        self._made(f"{thread}/messages", {"role": "user", "content": text})
        assistant = list(ASSISTANTS)[self._count % 2]
        self._under_way.append(self._made(f"{thread}/runs", {"assistant_id": assistant}))

    def _made(self, path: str, body: dict[str, Any]) -> str:
        answer = self._server.post(path, body)
        if answer.status != 200:
            raise AssertionError(answer.body)
        made = answer.json()
        self.acknowledged[f"{path}/{made['id']}"] = made
        return f"{path}/{made['id']}"

    def _look(self) -> None:
        run = self._under_way[0]
        status = self._server.get(run).json().get("status")
        self._under_way.remove(run)
        if status not in OVER:
            self._under_way.append(run)

    def rest(self) -> None:
        """Wait until all its runs are over."""
        end = time.monotonic() + REST_SECONDS
        while self._under_way and time.monotonic() < end:
            self._look()

    def lost(self) -> int:
        """How much of what was acknowledged is not there, or another thing, or has not ended."""
        return sum(not self._is_there(path, made) for path, made in self.acknowledged.items())

    def _is_there(self, path: str, made: dict[str, Any]) -> bool:
        answer = self._server.get(path)
        found = answer.json()
        is_same = found.get("status") in OVER if "/runs/" in path else found == made
        if answer.status != 200 or not is_same:
            print(path, made, found, file=sys.stderr)
        return answer.status == 200 and bool(is_same)


class Lane:
    """A data root, its server and its clients."""

    def __init__(self, folder: Path, number: int, model: ModelServer, runs: int) -> None:
        self.root = folder / f"root{number}"
        self.calls = folder / f"calls{number}"
        for name, files in ASSISTANTS.items():
            for file, text in ({"assistant.json": json.dumps(TOOLS)} | files).items():
                path = self.root / "assistants" / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        paths = [str(folder / "site"), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
        env = {"CALLS": str(self.calls), "PYTHONPATH": ":".join(filter(None, paths))}
        self.server = Server(self.root, "--quiet", model=model, env=env)
        self.clients = [
            Client(self.server, f"{number}-{each}", runs // CLIENTS) for each in range(CLIENTS)
        ]

    def kill_once(self, seconds: float) -> None:
        """A server's life: so long after it is ready, while its clients work."""
        self.server.start()
        working = [threading.Thread(target=client.work) for client in self.clients]
        for thread in working:
            thread.start()
        time.sleep(seconds)
        self.server.kill()
        for thread in working:
            thread.join()

    def rest(self) -> int:
        """Leave a server alone until all is over; returns how much was lost."""
        with self.server:
            for client in self.clients:
                client.rest()
            self._rest()
            return sum(client.lost() for client in self.clients)

    def _rest(self) -> None:
        """Wait for the runs, too, of which no client has heard: their answer was cut off."""
        end = time.monotonic() + REST_SECONDS
        while self._is_at_work() and time.monotonic() < end:
            time.sleep(0.05)

    def _is_at_work(self) -> bool:
        runs = self.root.glob("threads/*/runs/*/run.json")
        return any(json.loads(file.read_text())["status"] not in OVER for file in runs)


def lives(lane: Lane, kills: int, end: float, seed: int) -> Counter[str]:
    """Kill a lane's server so often, or until then."""
    chance, done = random.Random(seed), 0
    while done < kills and (not done or time.monotonic() < end):
        lane.kill_once(chance.uniform(0, 1))
        done += 1
        if done % KILLS_IN_A_ROW == 0:
            lane.rest()
    lost = lane.rest()
    acknowledged = sum(len(client.acknowledged) for client in lane.clients)
    return Counter({"kills": done, "acknowledged": acknowledged, "lost": lost})


def trial(kills: int, seconds: float, runs: int, lanes: int, seed: int) -> dict[str, int]:
    """Kill so often, or for so long; returns the counts."""
    end, answer = time.monotonic() + seconds, Model()
    with tempfile.TemporaryDirectory() as name, ModelServer(default=answer) as model:
        folder = Path(name)
        kill_tools.install(folder / "site")
        tried = [Lane(folder, number, model, runs) for number in range(lanes)]
        with ThreadPoolExecutor(lanes) as pool:
            each = [
                pool.submit(lives, lane, -(-kills // lanes), end, seed + number)
                for number, lane in enumerate(tried)
            ]
        found = sum((future.result() for future in each), Counter[str]())
        for lane in tried:
            found += counted(lane.root, calls_in(lane.calls), answer.asked)
        found["lost"] += found["failed"]
        found["twice"] += asked_late(answer.asked)
        found["model requests"] = len(model.requests)
        found["tool calls"] = sum(map(len, (a for e in tried for a in calls_in(e.calls).values())))
    told = ("kills", "acknowledged", "lost", *COUNTS, "model requests", "tool calls")
    return {name: found[name] for name in told}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60, help="stop after that time")
    parser.add_argument("--runs", type=int, default=6, help="how many are under way in a lane")
    parser.add_argument("--lanes", type=int, default=4, help="servers that are killed side by side")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(trial(**vars(options))))


if __name__ == "__main__":
    main()
