"""What our model client adds to reading a model's stream from a bare socket.

    python benchmarks/relay_client.py [--chunks 100] [--rounds 5]

A model in a process of its own streams chunks at a steady pace, each in a packet of its own. Three
readers take turns on kept connections: `bytes` only receives, `text` is the least that gets at the
words (split at empty lines, `json.loads`), `client` is `OpenAIModels`. Time to the first word in
milliseconds; processor time of this process in microseconds for each chunk, requests included;
medians of the rounds, beside those of `text`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

from understudy.models import ChatRequest
from understudy_chat import OpenAIModels

PACES = {1: 0.002, 50: 0.02}
"""Streams at once, and the seconds between the chunks of each: slow enough to arrive singly."""
REQUEST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: model\r\nContent-Length: 16\r\n\r\n"
REQUEST += b'{"stream": true}'


class Bare:
    """Reads the stream from a socket, and the words out of it if `parse`."""

    def __init__(self, port: int, *, parse: bool) -> None:
        self.port, self.parse = port, parse
        self.idle: list = []

    async def first_word(self) -> float:
        connection = self.idle.pop() if self.idle else None
        reader, writer = connection or await asyncio.open_connection("127.0.0.1", self.port)
        begin, first, tail = time.perf_counter(), 0.0, b""
        writer.write(REQUEST)
        while not tail.endswith(b"0\r\n\r\n"):
            piece = await reader.read(65536)
            *lines, tail = (tail + piece).split(b"\n\n") if self.parse else [piece]
            for line in lines:
                _, _, data = line.partition(b"data: ")
                if data.startswith(b"{"):
                    json.loads(data)["choices"][0]["delta"].get("content")
            first = first or time.perf_counter() - begin
        self.idle.append((reader, writer))
        return first

    async def close(self) -> None:
        for _, writer in self.idle:
            writer.close()
            await writer.wait_closed()


class Client:
    """Reads the stream with our client."""

    def __init__(self, port: int) -> None:
        self.models = OpenAIModels()
        settings = {"base_url": f"http://127.0.0.1:{port}/v1"}
        self.request = ChatRequest("m", [{"role": "user", "content": "go"}], settings=settings)

    async def first_word(self) -> float:
        begin, first = time.perf_counter(), 0.0
        async with aclosing(self.models.chat(self.request)) as chunks:
            async for _ in chunks:
                first = first or time.perf_counter() - begin
        return first

    async def close(self) -> None:
        await self.models.close()


async def measure(reader, streams: int, chunks: int) -> tuple[float, float]:
    begin = time.process_time()
    firsts = await asyncio.gather(*(reader.first_word() for _ in range(streams)))
    spent = time.process_time() - begin
    return statistics.median(firsts) * 1e3, spent / (streams * chunks) * 1e6


async def compare(port: int, streams: int, chunks: int, rounds: int) -> None:
    readers = {"bytes": Bare(port, parse=False), "text": Bare(port, parse=True)}
    readers["client"] = Client(port)
    figures: dict[str, list] = {name: [] for name in readers}
    for number in range(rounds + 1):
        for name, reader in readers.items():
            figure = await measure(reader, streams, chunks)
            if number:  # the first round opens connections and imports
                figures[name].append(figure)
    for reader in readers.values():
        await reader.close()
    report(
        streams,
        {name: [*map(statistics.median, zip(*f, strict=True))] for name, f in figures.items()},
    )


def report(streams: int, medians: dict[str, list[float]]) -> None:
    floor_first, floor_cost = medians["text"]
    for name, (first, cost) in medians.items():
        print(
            f"{streams:>3} streams  {name:<7} first word {first:6.2f} ms"
            f" ({first - floor_first:+6.2f})   {cost:6.1f} µs a chunk ({cost / floor_cost:.2f}x)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for streams, pace in PACES.items():
        run(streams, pace, options.chunks, options.rounds)


def run(streams: int, pace: float, chunks: int, rounds: int) -> None:
    with model(pace, chunks) as port:
        asyncio.run(compare(port, streams, chunks, rounds))


@contextmanager
def model(pace: float, chunks: int) -> Iterator[int]:
    """The port of a model whose streams are as long and as fast as that."""
    script = Path(__file__).with_name("relay_model.py")
    command = [sys.executable, script, "--pace", str(pace), "--words", str(chunks)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


if __name__ == "__main__":
    main()
