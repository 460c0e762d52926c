"""What the HTTP door costs, beside a raw ASGI app on the same server.

    python benchmarks/serving.py [--requests 4000] [--rounds 5]

`raw` is the least that can be written in ASGI, on uvicorn, uvloop and httptools: it sends the bytes
of an assistant, or reads a message, appends it to a file, makes that durable and sends it back.
`ours` is `understudy serve --quiet`. Eight kept connections take turns. Processor time of the
server for each request, all its threads; medians of interleaved rounds. A whole run is streamed
from a model that answers at once: wall-clock from the request to the last event, processor time of
the server, beside the same question put to the model directly. Linux, for it reads /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

CONNECTIONS = 8
KEY = "sk-benchmark"
HELLO = {"role": "user", "content": "Hello there, how are you today?"}
ASSISTANT = {
    "name": "Weather",
    "description": "Tells the weather.",
    "model": "m",
    "instructions": "Answer in one sentence.",
    "tools": [{"type": "function", "function": {"name": "weather", "parameters": {}}}],
}


def raw_app(answer: bytes, log: Path):
    """The floor."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    head = [(b"content-type", b"application/json")]

    async def app(scope, receive, send):
        body = answer
        if scope["method"] == "POST":
            message = json.loads((await receive())["body"])
            body = json.dumps(message).encode()
            await asyncio.to_thread(write, body + b"\n")
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [*head, length]})
        await send({"type": "http.response.body", "body": body})

    def write(line):
        os.write(file, line)
        os.fsync(file)

    return app


def serve_raw(answer: str, log: str) -> None:
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    print(f"port {listening.getsockname()[1]}", flush=True)
    app = raw_app(answer.encode(), Path(log))
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", lifespan="off", access_log=False, log_level="error"
    )
    uvicorn.Server(config).run(sockets=[listening])


class Server:
    """A server process, and what it has cost so far."""

    def __init__(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        self.name = name
        self.begin = time.perf_counter()
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdout=pipe,
            stderr=pipe,
            text=True,
            env=os.environ | (env or {}),
        )

    def ready(self, stream, before: str, after: str) -> None:
        line = next(line for line in stream if before in line)
        self.port = int(line.partition(before)[2].partition(after)[0])
        self.seconds = time.perf_counter() - self.begin

    def processor(self) -> float:
        """Seconds of all threads that are alive."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def ask(self, method: str, path: str, body=None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        got = response.read()
        connection.close()
        assert response.status == 200, got
        return got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate()


def request(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{head}User-Agent: OpenAI/Python 3\r\nAccept: */*\r\n{more}\r\n".encode() + body


def cost(server: Server, asked: bytes, requests: int) -> float:
    """Microseconds of the server's processor time for a request."""
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(CONNECTIONS)]
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begin = server.processor()
    for _ in range(requests // CONNECTIONS):
        for each in sockets:
            each.sendall(asked)
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


def whole_runs(server: Server, assistant: str, count: int) -> tuple[float, float]:
    """Milliseconds of a run: from the request to its last event, and of processor time."""
    body = {"assistant_id": assistant, "stream": True, "additional_messages": [HELLO]}
    times = []
    before = server.processor()
    for _ in range(count):
        thread = json.loads(server.ask("POST", "/v1/threads"))["id"]
        begin = time.perf_counter()
        events = server.ask("POST", f"/v1/threads/{thread}/runs", body)
        times.append(time.perf_counter() - begin)
        assert b"thread.run.completed" in events, events
    return statistics.median(times) * 1e3, (server.processor() - before) / count * 1e3


def direct(model: Server, count: int) -> float:
    """Milliseconds of the model alone."""
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        model.ask(
            "POST", "/v1/chat/completions", {"model": "m", "messages": [HELLO], "stream": True}
        )
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


def start(stack: ExitStack, folder: Path) -> tuple[Server, Server, Server, str]:
    model = Server("model", ["-u", "-m", "understudy.testing.model_server", "--port", "0"])
    stack.enter_context(model).ready(model.process.stdout, "127.0.0.1:", "/v1")
    env = {
        "UNDERSTUDY_API_KEY": KEY,
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
        "OPENAI_API_KEY": "k",
    }
    command = [
        "-m",
        "understudy",
        "serve",
        "--quiet",
        "--port",
        "0",
        "--root",
        str(folder / "root"),
    ]
    ours = stack.enter_context(Server("ours", command, env))
    ours.ready(ours.process.stderr, "http://127.0.0.1:", "/v1")
    made = json.loads(ours.ask("POST", "/v1/assistants", ASSISTANT))["id"]
    answer = ours.ask("GET", f"/v1/assistants/{made}").decode()
    raw = Server("raw", [__file__, "--raw", answer, str(folder / "log")])
    stack.enter_context(raw).ready(raw.process.stdout, "port ", "\n")
    return model, raw, ours, made


def compare(servers: list[Server], title: str, asked: dict[str, bytes], options) -> None:
    count = options.requests if asked[servers[0].name].startswith(b"GET") else options.requests // 8
    figures: dict[str, list[float]] = {server.name: [] for server in servers}
    for number in range(options.rounds + 1):
        for server in servers:
            figure = cost(server, asked[server.name], count)
            if number:  # the first round imports and fills caches
                figures[server.name].append(figure)
    medians = {name: statistics.median(values) for name, values in figures.items()}
    floor = medians[servers[0].name]
    for name, value in medians.items():
        print(f"{title:<24} {name:<5} {value:7.1f} µs a request ({value / floor:.2f}x)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--raw", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.raw:
        serve_raw(*options.raw)
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        model, raw, ours, made = start(stack, folder)
        print(f"ready after {ours.seconds:.2f} s, {ours.memory():.0f} MB")
        get = request("GET", f"/v1/assistants/{made}")
        compare([raw, ours], "GET an assistant", {"raw": get, "ours": get}, options)
        thread = json.loads(ours.ask("POST", "/v1/threads"))["id"]
        post = request("POST", f"/v1/threads/{thread}/messages", json.dumps(HELLO).encode())
        compare([raw, ours], "POST a message", {"raw": post, "ours": post}, options)
        whole_runs(ours, made, 5)
        wall, spent = whole_runs(ours, made, options.runs)
        alone = direct(model, options.runs)
        print(f"whole run                ours  {wall:7.2f} ms, {spent:.2f} ms of processor time")
        print(f"the model alone          {alone:13.2f} ms")
        print(f"at the end {ours.memory():.0f} MB")


if __name__ == "__main__":
    main()
