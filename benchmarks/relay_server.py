"""Streams relayed by `understudy serve`, beside reading the model's stream directly.

    python benchmarks/relay_server.py [--chunks 100] [--streams 1 50 500] [--rounds 3]

A model in a process of its own streams chunks at a steady pace. All readers begin at once, on
connections of their own, and take the time to the first word: from the model itself (`model`),
through chat completions (`chat`: nothing is stored) and as a run's events (`run`: thread and
message are there, the run is stored and journalled). Processor time of the server for each event,
its memory at the end; medians of the rounds. Linux, for it reads /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from serving import KEY

PACE = {1: 0.005, 50: 0.05, 500: 0.5}
TICKS = os.sysconf("SC_CLK_TCK")
QUESTION = [{"role": "user", "content": "go"}]


def request(port: int, path: str, body: dict) -> bytes:
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close\r\n"
    )
    return head.encode() + b"\r\n" + data


async def first_word(port: int, sent: bytes, mark: bytes) -> float:
    """Seconds to the first word; the stream is read to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begin, first, seen = time.perf_counter(), 0.0, b""
    writer.write(sent)
    while piece := await reader.read(65536):
        if not first:
            seen += piece
            first = time.perf_counter() - begin if mark in seen else 0.0
        if piece.endswith(b"0\r\n\r\n"):
            break
    writer.close()
    return first or float("nan")


def spent(pid: int) -> float:
    """Processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> float:
    """Resident megabytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def post(port: int, path: str, body: dict) -> dict:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(port, path, body))
    answer = await reader.read()
    writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])


async def threads(port: int, count: int) -> list[str]:
    return [(await post(port, "/v1/threads", {"messages": QUESTION}))["id"] for _ in range(count)]


async def measure(door: str, model: int, server: int, pid: int, streams: int, chunks: int) -> tuple:
    if door == "model":
        sent = [b"POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\n{}"]
        asked = [(model, sent[0], b"word")] * streams
    elif door == "chat":
        body = {"model": "reader", "messages": QUESTION, "stream": True}
        asked = [(server, request(server, "/v1/chat/completions", body), b"word")] * streams
    else:
        body = {"assistant_id": "reader", "stream": True}
        asked = [
            (server, request(server, f"/v1/threads/{thread}/runs", body), b"word")
            for thread in await threads(server, streams)
        ]
    before = spent(pid)
    firsts = await asyncio.gather(*(first_word(*each) for each in asked))
    return statistics.median(firsts) * 1e3, (spent(pid) - before) / (streams * chunks) * 1e6


async def compare(model: int, server: int, pid: int, options: argparse.Namespace) -> None:
    for streams in options.streams:
        rows: dict[str, list[tuple]] = {"model": [], "chat": [], "run": []}
        for number in range(options.rounds + 1):
            for door, taken in rows.items():
                figure = await measure(door, model, server, pid, streams, options.chunks)
                if number:  # the first round warms up
                    taken.append(figure)
        floor = statistics.median(first for first, _ in rows["model"])
        for door, taken in rows.items():
            first, cost = (statistics.median(column) for column in zip(*taken, strict=True))
            shown = "" if door == "model" else f"   {cost:6.1f} µs an event, {memory(pid):.0f} MB"
            added = first - floor
            print(
                f"{streams:>3} streams  {door:<6} first word {first:8.2f} ms ({added:+8.2f}){shown}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--chunks", type=int, default=100)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 50])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    script = Path(__file__).with_name("relay_client.py")
    pace = str(PACE.get(max(options.streams), 0.05))
    command = [sys.executable, str(script), "--serve", pace, "--chunks", str(options.chunks)]
    with (
        tempfile.TemporaryDirectory() as root,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as model,
    ):
        port = int(model.stdout.readline())
        folder = Path(root) / "assistants" / "reader"
        folder.mkdir(parents=True)
        (folder / "assistant.json").write_text('{"model": "m"}')
        env = os.environ | {
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "UNDERSTUDY_API_KEY": KEY,
            "UNDERSTUDY_DISCOVERY": "0",
        }
        serve = [
            sys.executable,
            "-m",
            "understudy",
            "serve",
            "--port",
            "0",
            "--root",
            root,
            "--quiet",
        ]
        with subprocess.Popen(serve, stderr=subprocess.PIPE, text=True, env=env) as server:
            line = next(line for line in server.stderr if "http://" in line)
            address = int(line.rpartition(":")[2].partition("/")[0])
            try:
                asyncio.run(compare(port, address, server.pid, options))
            finally:
                server.kill()
                model.kill()


if __name__ == "__main__":
    main()
