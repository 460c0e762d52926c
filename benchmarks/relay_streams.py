"""Many streams of one server, read at the same time: when their words come, and what they cost."""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, field

from relay_model import STAMP, order
from servers import KEY, Server

PARTIAL = 17
"""Bytes of a stamp that is not whole yet, at most."""

WORDS_A_SECOND = 2000
"""Of all streams together; a single stream is held to one word in FASTEST seconds."""
FASTEST = 0.005
STARTS_A_SECOND = 60
ROUNDS = 5
SETTLED = 0.2
"""Seconds after the last beginning."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many streams at once. They begin one after the other, evenly."""

    streams: int

    @property
    def pace(self) -> float:
        """Seconds between two words of a stream."""
        return max(FASTEST, round(self.streams / WORDS_A_SECOND, 4))

    @property
    def ramp(self) -> float:
        """Seconds from the first beginning to the last."""
        return self.streams / STARTS_A_SECOND

    @property
    def words(self) -> int:
        """Words of a stream: it goes on until all have begun and the window has passed."""
        return math.ceil((self.ramp + SETTLED + self.window + 0.3) / self.pace)

    @property
    def window(self) -> float:
        """Seconds in which all streams are under way: what is spent then is spent on words."""
        return 2.0 if self.streams > 1 else 0.3

    @property
    def prompt(self) -> str:
        return order(self.words, self.pace)


@dataclass(slots=True)
class Tally:
    """What was seen of all streams. Times are in milliseconds."""

    words: int = 0
    firsts: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    """From the model to the reader, of the words while `looking`."""
    looking: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one server under one load; times to the first word and of a word's way in milliseconds."""

    first: float
    first_slow: float
    delay: float
    cost: float
    """Microseconds of processor time for each word, while no stream begins or ends."""
    start: float
    """Milliseconds of processor time for each stream besides its words."""
    growth: float
    """Megabytes."""
    memory: float
    failed: int


class Reader(asyncio.Protocol):
    """Sends a request as soon as it is connected and reads its stream to the end."""

    def __init__(self, sent: bytes, tally: Tally) -> None:
        self.sent, self.tally = sent, tally
        self.done = asyncio.get_running_loop().create_future()
        self.begin = 0.0
        self.tail = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.begin = time.monotonic()
        transport.write(self.sent)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        data = self.tail + data
        self.tail = data[-PARTIAL:]
        stamps = STAMP.findall(data)
        if stamps:
            self.note(now, stamps)
        if data.endswith(b"0\r\n\r\n") or data.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5")):
            self.transport.close()

    def note(self, now: float, stamps: list[bytes]) -> None:
        tally = self.tally
        tally.words += len(stamps)
        if self.begin:
            tally.firsts.append((now - self.begin) * 1e3)
            self.begin = 0.0
        if tally.looking:
            tally.delays.append((now * 1e6 - int(stamps[-1])) / 1e3)

    def connection_lost(self, _error: Exception | None) -> None:
        self.done.set_result(None)


def request(path: str, body: object) -> bytes:
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close\r\n"
    )
    return head.encode() + b"\r\n" + data


async def measure(server: Server, requests: list[bytes], load: Load) -> Figures:
    """Read one stream for each request, all at once."""
    tally, before, spent = Tally(), server.memory(), server.processor()
    begin, loop = time.monotonic(), asyncio.get_running_loop()
    readers = []
    for number, sent in enumerate(requests):
        await asyncio.sleep(begin + number / STARTS_A_SECOND - time.monotonic())
        opened = await loop.create_connection(
            lambda sent=sent: Reader(sent, tally), "127.0.0.1", server.port
        )
        readers.append(opened[1])
    await asyncio.sleep(SETTLED)
    cost, memory = await window(server, tally, load.window)
    await asyncio.gather(*(reader.done for reader in readers))
    words = load.words * load.streams
    return Figures(
        first=statistics.median(tally.firsts or [math.nan]),
        first_slow=sorted(tally.firsts or [math.nan])[len(tally.firsts) * 95 // 100],
        delay=statistics.median(tally.delays or [math.nan]),
        cost=cost * 1e6,
        start=(server.processor() - spent - cost * words) / load.streams * 1e3,
        growth=memory - before,
        memory=memory,
        failed=load.streams - len(tally.firsts),
    )


async def repeated(server: Server, requests: Callable[[], list[bytes]], load: Load) -> Figures:
    """The medians of some rounds: a few streams say little in one."""
    count = max(1, ROUNDS // load.streams)
    rounds = [astuple(await measure(server, requests(), load)) for _ in range(count)]
    return Figures(*(statistics.median(column) for column in zip(*rounds, strict=True)))


async def window(server: Server, tally: Tally, seconds: float) -> tuple[float, float]:
    """Seconds of processor time for a word, and memory, while all streams are under way."""
    words, spent, tally.looking = tally.words, server.processor(), True
    await asyncio.sleep(seconds)
    tally.looking = False
    return (server.processor() - spent) / max(tally.words - words, 1), server.memory()
