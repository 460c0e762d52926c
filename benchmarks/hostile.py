"""What hostile code costs those beside it: the corpus of tests/hostile against a real server.

    python benchmarks/hostile.py [--runs 1000] [--at-once 2] [--seconds 600]

Every script of tests/hostile/scripts that ends by itself is asked again and again, two at a time,
jailed, while one innocent assistant is asked all along. Printed: how many reports were other than
the script's header says, how much later than its limit each came (the floor is the innocent run
before the attack), how long the innocent one waited, and what the server holds afterwards beside
what it held after the first round: memory, threads, descriptors, children.
"""

from __future__ import annotations

import argparse
import itertools
import re
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.conftest import SCRIPTS, TURN_SECONDS, Level, ask, level, write_corpus

from understudy.testing.model_server import ModelServer
from understudy.testing.server import Server

HEADER = re.compile(r"// Tries: (.+)\.\n// Report: (\w+)(?:: (.+))?\n")
EXPECTED = {
    script.stem: header.group(2, 3)
    for script in SCRIPTS
    if (header := HEADER.match(script.read_text(encoding="utf-8", errors="replace")))
}
ENDING = [name for name, (ended, _) in EXPECTED.items() if ended != "cancelled"]
SETTLING_SECONDS = 60


def timed(server: Server, name: str) -> tuple[str, bool, float]:
    """Ask once; the name, whether the report is the expected one, and seconds."""
    began = time.perf_counter()
    report = ask(server, name)
    ended, words = EXPECTED.get(name, ("completed", None))
    is_right = report.ended == ended and any(
        word in report.text for word in (words or "").split(" | ")
    )
    if not is_right:
        print(f"{name}: {report.ended}: {report.text[:200]}", file=sys.stderr)
    return name, is_right, time.perf_counter() - began


def attack(server: Server, runs: int, at_once: int, end: float) -> list[tuple[str, bool, float]]:
    """Ask every script in turn, so often in all or until then."""
    names = itertools.islice(itertools.cycle(ENDING), runs)

    def tried(name: str) -> tuple[str, bool, float] | None:
        return timed(server, name) if time.monotonic() < end else None

    with ThreadPoolExecutor(at_once) as pool:
        return [found for found in pool.map(tried, names) if found]


class Innocent:
    """Somebody who is asked all along."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.waited: list[float] = []

    def _ask(self) -> None:
        while not self._over.is_set():
            self.waited.append(timed(self._server, "innocent")[2])

    def __enter__(self) -> Innocent:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=600, help="stop after that time")
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as folder, ModelServer() as model:
        root = Path(folder)
        write_corpus(root)
        with Server(root, "--quiet", model=model) as server:
            measure(server, options.runs, options.at_once, end)


def measure(server: Server, runs: int, at_once: int, end: float) -> None:
    """Attack, and print what it did."""
    floor = statistics.median(timed(server, "innocent")[2] for _ in range(20))
    attack(server, len(ENDING), at_once, end)
    before = level(server.process.pid)
    with Innocent(server) as innocent:
        found = attack(server, runs, at_once, end)
    after = settled(server, before.children)
    late = sorted(seconds - TURN_SECONDS for _, _, seconds in found)
    waited = sorted(innocent.waited)
    print(f"hostile runs {len(found)}, other reports {sum(not right for _, right, _ in found)}")
    print(f"an innocent run before  median {floor * 1e3:6.0f} ms")
    print(f"            meanwhile   {spread(waited)}, {len(waited)} runs")
    print(f"reports, past {TURN_SECONDS:g} s  {spread(late)}")
    print(f"slowest: {slowest(found)}")
    print(f"held after the first round  {before}")
    print(f"held at the end             {after}")


def settled(server: Server, children: int) -> Level:
    """What is held when killed processes are gone."""
    end = time.monotonic() + SETTLING_SECONDS
    while (now := level(server.process.pid)).children > children and time.monotonic() < end:
        timed(server, "innocent")
    return now


def slowest(found: list[tuple[str, bool, float]]) -> str:
    """The three runs that took longest."""
    last = sorted(found, key=lambda each: each[2])[-3:]
    return ", ".join(f"{name} {seconds:.2f} s" for name, _, seconds in reversed(last))


def spread(seconds: list[float]) -> str:
    """Median, 99th percentile and maximum of sorted times."""
    at = seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)]
    told = (statistics.median(seconds), at, seconds[-1])
    return "median {:6.0f}, p99 {:6.0f}, most {:6.0f} ms".format(*(each * 1e3 for each in told))


if __name__ == "__main__":
    main()
