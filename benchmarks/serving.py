"""What the HTTP door costs, beside a raw ASGI app on the same server.

    python benchmarks/serving.py [--only get post run] [--runs 300] [--peers]

`raw` is serving_raw.py: it sends the bytes of an assistant, or reads a message, appends it to a
file, makes that durable and sends it back. `ours` is `understudy serve --quiet`. Eight kept
connections take turns; each posts to a thread of its own, as eight users do: posts to one thread
queue for it, and that would be measured instead. Processor time of the server for each request,
all its threads; medians of interleaved rounds. A whole run is streamed from a model that answers
at once: wall-clock from the request to the last event, processor time of the server (its thread's
creation included), beside the same question put to the model directly. With `--peers`, the
same by what others have written (README.md names them). Linux, for it reads /proc.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from peers.started import all_that_start, fastapi_openai, langgraph
from servers import KEY, PORT, Server, streaming_model, understudy

CONNECTIONS = 8
HELLO = {"role": "user", "content": "Hello there, how are you today?"}
ASSISTANT = {
    "name": "Weather",
    "description": "Tells the weather.",
    "model": "m",
    "instructions": "Answer in one sentence.",
    "tools": [{"type": "function", "function": {"name": "weather", "parameters": {}}}],
}


def request(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{head}User-Agent: OpenAI/Python 3\r\nAccept: */*\r\n{more}\r\n".encode() + body


def post_to(thread: bytes) -> bytes:
    path = f"/v1/threads/{json.loads(thread)['id']}/messages"
    return request("POST", path, json.dumps(HELLO).encode())


def cost(server: Server, asked: Sequence[bytes], requests: int) -> float:
    """Microseconds of the server's processor time for a request; each connection has its own."""
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(CONNECTIONS)]
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begin = server.processor()
    for _ in range(requests // CONNECTIONS):
        for each, own in zip(sockets, asked, strict=True):
            each.sendall(own)
        for each in sockets:
            receive(each)
    spent = server.processor() - begin
    for each in sockets:
        each.close()
    return spent / (requests // CONNECTIONS * CONNECTIONS) * 1e6


def receive(connection: socket.socket) -> None:
    got = connection.recv(65536)
    assert got.startswith(b"HTTP/1.1 200"), got
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)


def compare(servers: list[Server], title: str, asked: Sequence[bytes], options) -> None:
    count = options.requests if asked[0].startswith(b"GET") else options.requests // 8
    figures: dict[str, list[float]] = {server.name: [] for server in servers}
    for number in range(options.rounds + 1):
        for server in servers:
            figure = cost(server, asked, count)
            if number:  # the first round imports and fills caches
                figures[server.name].append(figure)
    medians = {name: statistics.median(values) for name, values in figures.items()}
    floor = medians[servers[0].name]
    for name, value in medians.items():
        print(f"{title:<24} {name:<13} {value:7.1f} µs a request ({value / floor:.2f}x)")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a whole run is asked for."""

    server: Server
    path: str
    body: dict[str, Any]
    threads: str = ""
    """Where a thread is made for each run; its id comes into the path."""
    done: bytes = b"data: [DONE]"

    def once(self) -> float:
        """Seconds from the request for the run to its end."""
        path = self.path
        if self.threads:
            thread = json.loads(self.server.ask("POST", self.threads, {}))
            path = path.format(thread.get("id") or thread["thread_id"])
        begin = time.perf_counter()
        answer = self.server.ask("POST", path, self.body)
        seconds = time.perf_counter() - begin
        assert self.done in answer, answer
        return seconds


def ours_runs(server: Server, assistant: str) -> Kind:
    body = {"assistant_id": assistant, "stream": True, "additional_messages": [HELLO]}
    return Kind(server, "/v1/threads/{}/runs", body, "/v1/threads", b"thread.run.completed")


def model_alone(server: Server) -> Kind:
    return Kind(server, "/v1/chat/completions", {"model": "m", "messages": [HELLO], "stream": True})


def langgraph_runs(server: Server) -> Kind:
    body = {"assistant_id": "agent", "input": {"messages": [HELLO]}}
    return Kind(server, "/threads/{}/runs/wait", body, "/threads", b"messages")


def whole_runs(kind: Kind, count: int) -> None:
    server = kind.server
    for _ in range(3):
        kind.once()
    before = server.processor()
    wall = statistics.median(kind.once() for _ in range(count)) * 1e3
    spent = (server.processor() - before) / count * 1e3
    print(
        f"{'whole run':<24} {server.name:<13} {wall:7.2f} ms, {spent:.2f} ms of processor time; "
        f"{server.memory():.0f} MB after {count}",
        flush=True,
    )


def started(server: Server) -> None:
    print(f"{'ready':<24} {server.name:<13} {server.seconds:7.2f} s, {server.memory():.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=("get", "post", "run"))
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--peers", action="store_true", help="what others have written, too")
    options = parser.parse_args()
    parts = options.only or ("get", "post", "run")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        model = stack.enter_context(streaming_model(folder))
        ours = stack.enter_context(understudy(folder, model))
        started(ours)
        assistant = ours.ask("POST", "/v1/assistants", ASSISTANT).decode()
        made = json.loads(assistant)["id"]
        script = Path(__file__).resolve().with_name("serving_raw.py")
        command = [sys.executable, script, PORT, assistant, folder / "log"]
        raw = stack.enter_context(Server("raw", command, folder / "raw.log"))

        def others(*kinds) -> list[Server]:
            return all_that_start(stack, folder, model, kinds if options.peers else ())

        if "get" in parts:
            get = [request("GET", f"/v1/assistants/{made}")] * CONNECTIONS
            compare([raw, ours, *others(fastapi_openai)], "GET an assistant", get, options)
        if "post" in parts:
            posts = [post_to(ours.ask("POST", "/v1/threads")) for _ in range(CONNECTIONS)]
            compare([raw, ours], "POST a message", posts, options)
        if "run" in parts:
            whole_runs(model_alone(model), 200)
            whole_runs(ours_runs(ours, made), options.runs)
            for peer in others(langgraph):
                started(peer)
                whole_runs(langgraph_runs(peer), 15)


if __name__ == "__main__":
    main()
