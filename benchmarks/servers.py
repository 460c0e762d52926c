"""Server processes that are measured: how they are started and asked, and what they have cost.

Linux, for it reads /proc.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

KEY = "sk-benchmark"
SECONDS_TO_START = 120
PORT = "PORT"
"""Stands in a command for the port that the server is to listen on."""


class Server:
    """A server process on a port of its own, and what it and its children have cost so far."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | os.PathLike[str]],
        log: Path,
        *,
        env: dict[str, str] | None = None,
        ready: str = "/health",
    ) -> None:
        self.name = name
        self.port = free_port()
        self._log = log
        self._ready = ready
        self._begin = time.perf_counter()
        parts = [os.fspath(part).replace(PORT, str(self.port)) for part in command]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                parts, stdout=output, stderr=output, env=os.environ | (env or {}), cwd=log.parent
            )

    def __enter__(self) -> Server:
        while not self._answers():
            if self.process.poll() is not None or self._age() > SECONDS_TO_START:
                self.__exit__()
                raise RuntimeError(f"{self.name} did not start:\n{self.said()}")
            time.sleep(0.003)
        self.seconds = self._age()
        """From the start of the process to its first answer."""
        return self

    def __exit__(self, *_exc: object) -> None:
        for pid in reversed(list(self._family())):
            os.kill(pid, 15)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _age(self) -> float:
        return time.perf_counter() - self._begin

    def _answers(self) -> bool:
        try:
            return self.request("GET", self._ready)[0] < 500
        except (OSError, http.client.HTTPException):
            return False

    def said(self) -> str:
        """The end of what the process has written."""
        return self._log.read_text(errors="replace")[-2000:]

    def processor(self) -> float:
        """Seconds of processor time, of threads that have ended too."""
        return sum(map(_processor, self._family()))

    def memory(self) -> float:
        """Resident megabytes."""
        pages = sum(int(_read(pid, "statm").split()[1]) for pid in self._family())
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _family(self) -> Iterator[int]:
        if self.process.poll() is not None:
            return
        parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
        found = [self.process.pid]
        for pid in found:
            yield pid
            found += [child for child, parent in parents.items() if parent == pid]

    def request(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, sent, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def ask(self, method: str, path: str, body: object = None) -> bytes:
        """The body of an answer that has to be a success."""
        status, got = self.request(method, path, body)
        if not 200 <= status < 300:
            raise RuntimeError(f"{self.name}: {method} {path}: {status} {got!r}\n{self.said()}")
        return got


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def streaming_model(folder: Path) -> Server:
    """The model of all benchmarks of streams; see relay_model.py."""
    script = Path(__file__).resolve().with_name("relay_model.py")
    command = [sys.executable, script, "--port", PORT]
    return Server("model", command, folder / "model.log", ready="/v1/models")


def understudy(folder: Path, model: Server) -> Server:
    """`understudy serve --quiet` on the data root `root`, in front of a model."""
    root = folder / "root"
    env = {
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
        "UNDERSTUDY_API_KEY": KEY,
        "UNDERSTUDY_DISCOVERY": "0",
    }
    command = [sys.executable, "-m", "understudy", "serve", "--quiet", "--port", PORT]
    return Server("ours", [*command, "--root", root], folder / "ours.log", env=env)


def raw_relay(folder: Path, model: Server) -> Server:
    """The floor of relaying; see relay_raw.py."""
    script = Path(__file__).resolve().with_name("relay_raw.py")
    command = [sys.executable, script, PORT, f"http://127.0.0.1:{model.port}/v1"]
    return Server("raw", command, folder / "raw.log")


def _processor(pid: int) -> float:
    # What clock_getcpuclockid(3) makes of a process id; Python has it for threads only.
    return time.clock_gettime((~pid << 3) | 2)


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


def _read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()
