"""Streams relayed by `understudy serve`, beside reading the model's stream directly.

    python benchmarks/relay_server.py [--streams 1 50 500] [--doors chat run] [--peers]

A model in a process of its own streams words at a steady pace, 2,000 a second in all. The readers
begin one after the other, 60 a second, and read from the model itself (`model`), through the
least that reads and writes every event (`raw`, the floor: raw ASGI and aiohttp), through chat
completions (`chat`: nothing is stored) and as a run's events (`run`: thread and message are there,
the run is stored and journalled). With `--peers`, relays that others have written stand beside
`chat` (README.md names them); the first time they are installed.

For each: time from the request to the first word, median and 95th percentile; a word's way from
the model to the reader; processor time of the server for each word, taken while no stream begins
or ends, and for each stream besides its words; how its memory grew.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import uvloop
from peers.started import all_that_start, fastapi_openai, litellm
from relay_streams import Figures, Load, measure, repeated, request
from servers import Server, raw_relay, streaming_model, understudy

COLUMNS = "first word ms        p95  way ms   µs a word   ms a stream   RSS MB  growth"


@dataclass(frozen=True, slots=True)
class Door:
    """A way to the model's words: a server, and what is asked of it."""

    name: str
    server: Server
    model: str = "m"

    def requests(self, load: Load) -> list[bytes]:
        """One for each stream."""
        messages = [{"role": "user", "content": load.prompt}]
        body = {"model": self.model, "messages": messages, "stream": True}
        return [request("/v1/chat/completions", body)] * load.streams


class RunDoor(Door):
    """Runs, each on a thread of its own that has the message already."""

    def requests(self, load: Load) -> list[bytes]:
        """One for each stream."""
        body = {"assistant_id": "reader", "stream": True}
        return [
            request(f"/v1/threads/{self._thread(load.prompt)}/runs", body)
            for _ in range(load.streams)
        ]

    def _thread(self, prompt: str) -> str:
        messages = {"messages": [{"role": "user", "content": prompt}]}
        return json.loads(self.server.ask("POST", "/v1/threads", messages))["id"]


def open_doors(stack: ExitStack, folder: Path, options: argparse.Namespace) -> list[Door]:
    model = stack.enter_context(streaming_model(folder))
    home = folder / "root" / "assistants" / "reader"
    home.mkdir(parents=True)
    (home / "assistant.json").write_text('{"model": "m"}')
    ours = stack.enter_context(understudy(folder, model))
    kinds = {"chat": Door("chat", ours, "reader"), "run": RunDoor("run", ours)}
    raw = stack.enter_context(raw_relay(folder, model))
    chosen = [Door("model", model), Door("raw", raw), *(kinds[name] for name in options.doors)]
    relays = [fastapi_openai, litellm] if options.peers else []
    return chosen + [Door(s.name, s) for s in all_that_start(stack, folder, model, relays)]


def show(load: Load, door: Door, figures: Figures, floor: Figures) -> None:
    added = f"({figures.first - floor.first:+.2f})"
    lost = f"   {figures.failed:.0f} streams failed" if figures.failed else ""
    print(
        f"{load.streams:>4} {door.name:<13}{figures.first:8.2f} {added:<11}"
        f"{figures.first_slow:8.1f} {figures.delay:7.2f} {figures.cost:9.1f} {figures.start:11.2f}"
        f" {figures.memory:9.0f} {figures.growth:+8.1f}{lost}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--streams", type=int, nargs="+", help="1 50 500; 1 50 with --peers")
    parser.add_argument("--doors", nargs="*", choices=("chat", "run"), default=["chat", "run"])
    parser.add_argument("--peers", action="store_true", help="relays of others, too")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        doors = open_doors(stack, folder, options)
        print(f"{'':19}{COLUMNS}")
        for door in doors:  # imports, fills caches
            uvloop.run(measure(door.server, door.requests(Load(3)), Load(3)))
        for streams in options.streams or ([1, 50] if options.peers else [1, 50, 500]):
            load, floor = Load(streams), None
            for door in doors:
                figures = uvloop.run(repeated(door.server, partial(door.requests, load), load))
                floor = floor or figures
                show(load, door, figures, floor)


if __name__ == "__main__":
    main()
