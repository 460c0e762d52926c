"""A model that streams at a steady pace, cheap enough for 500 streams at once.

    python benchmarks/relay_model.py --port 8000

A prompt with `20 words, one every 0.05 s` is answered with that; any other prompt as the options
say. Each word is the time at which it was sent, in microseconds of the monotonic clock, such as
` T0000001234567890.`: whoever reads it on the same machine knows how long it was under way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time

import uvloop

ORDER = re.compile(rb"(\d+) words, one every ([\d.]+) s")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
STREAM = re.compile(rb'"stream": ?true')
STAMP = re.compile(rb"T(\d{16})\.")
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
PLACE = "T0000000000000000."


def order(words: int, pace: float) -> str:
    """The prompt that asks for a stream."""
    return f"{words} words, one every {pace} s"


def frame(data: str) -> bytes:
    event = f"data: {data}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(event), event)


def chunk(delta: dict, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    head = {"id": "chatcmpl-0123456789abcdef", "object": "chat.completion.chunk"}
    more = {"created": 1700000000, "model": "m", "system_fingerprint": "fp", "choices": [choice]}
    return frame(json.dumps(head | more))


def answer(content_type: str, value: object) -> bytes:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


BEFORE, AFTER = chunk({"role": "assistant", "content": f" {PLACE}"}).split(PLACE.encode())
END = chunk({}, "stop") + frame("[DONE]") + b"0\r\n\r\n"
MODEL = {"id": "m", "object": "model", "created": 0, "owned_by": "benchmark"}
MODELS = answer("application/json", {"object": "list", "data": [MODEL]})
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def stamp() -> bytes:
    return b"T%016d." % (time.monotonic_ns() // 1000)


def whole() -> bytes:
    """The answer to a request without `stream`."""
    message = {"role": "assistant", "content": stamp().decode()}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    head = {"id": "chatcmpl-0", "object": "chat.completion", "created": 1700000000, "model": "m"}
    return answer("application/json", head | {"choices": choices, "usage": USAGE})


class Connection(asyncio.Protocol):
    """Answers one request after the other; a client that leaves ends its stream."""

    def __init__(self, words: int, pace: float) -> None:
        self.usual = (words, pace)
        self.loop = asyncio.get_running_loop()
        self.received = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, rest = self.received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        needed = int(length[1]) if length else 0
        if end and len(rest) >= needed:
            self.received = rest[needed:]
            self.answer(head, rest[:needed])

    def answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET"):
            self.transport.write(MODELS)
        elif not STREAM.search(body):
            self.transport.write(whole())
        else:
            asked = ORDER.search(body)
            words, pace = (int(asked[1]), float(asked[2])) if asked else self.usual
            self.transport.write(EVENTS)
            self.send(self.loop.time(), 0, words, pace)

    def send(self, begin: float, number: int, words: int, pace: float) -> None:
        """Send a word, the end behind the last one, and come back for the next."""
        if self.transport.is_closing():
            return
        word = BEFORE + stamp() + AFTER
        if number + 1 == words:
            self.transport.write(word + END)
            return
        self.transport.write(word)
        number += 1
        self.loop.call_at(begin + number * pace, self.send, begin, number, words, pace)


async def serve(port: int, words: int, pace: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(words, pace), "127.0.0.1", port, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0: any free one, which is printed")
    parser.add_argument("--words", type=int, default=1)
    parser.add_argument("--pace", type=float, default=0.0, help="seconds between two words")
    options = parser.parse_args()
    uvloop.run(serve(options.port, options.words, options.pace))


if __name__ == "__main__":
    main()
