"""`understudy serve` for tests: a real process, and a client that sends whatever bytes it is told.

with ModelServer() as model, Server(root, model=model) as server:
    model.script([say("Hello.")])
    answer = server.post("/assistants", {"model": "m", "name": "poet"})
    assert answer.status == 200 and answer.json()["name"] == "poet"
    server.kill()                       # SIGKILL, to the whole process group
    server.start()                      # the same root again
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from understudy.testing.model_server import ModelServer

__all__ = ["KEY", "Answer", "Server"]

KEY: Final = "sk-test"
_WAIT: Final = 90


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error that the body reports."""
        error: dict[str, Any] = self.json()["error"]
        return error


class Server:
    """A server process on a data root; a context manager. It asks for the key `KEY`."""

    def __init__(
        self,
        root: Path,
        *options: str,
        model: ModelServer | None = None,
        env: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
    ) -> None:
        """`under` is the beginning of a command that runs the rest, such as `strace -o calls`."""
        self._under = under
        self.root = root
        self.model = model
        self._options = options
        self._env = {"UNDERSTUDY_API_KEY": KEY, "UNDERSTUDY_DISCOVERY": "0", **(env or {})}
        if model is not None:
            self._env |= {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": "model-key"}
        self.url = ""
        self.said: list[str] = []

    # -- the process

    def start(self) -> Self:
        """Start it, and wait until it accepts connections. Raises `RuntimeError` if it ends."""
        self.url = ""
        command = [sys.executable, "-m", "understudy", "serve", "--port", "0"]
        self.process = subprocess.Popen(
            [*self._under, *command, "--root", os.fspath(self.root), *self._options],
            env={**os.environ, **self._env},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said = []
        ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        ready.wait()
        if not self.url:
            said = "".join(self.said)
            raise RuntimeError(f"The server ended ({self.process.wait(_WAIT)}): {said}")
        return self

    def _read(self, ready: threading.Event) -> None:
        """Read what it says to the end: a full pipe would hold it up."""
        assert self.process.stderr is not None
        with self.process.stderr:
            for line in self.process.stderr:
                self.said.append(line)
                if line.startswith("Serving "):
                    self.url = line.rpartition(" at ")[2].strip()
                    ready.set()
        ready.set()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end; its exit code. `said` then has all that it said."""
        self.process.send_signal(how)
        return self._ended()

    def kill(self) -> None:
        """SIGKILL to the process group: nobody gets to tidy up."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self._ended()

    def _ended(self) -> int:
        code = self.process.wait(_WAIT)
        self._reader.join(_WAIT)
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.kill()

    # -- requests

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.url).port or 0

    def connect(self) -> http.client.HTTPConnection:
        """A connection, to close by the caller."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=_WAIT)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send a request and read the answer. `path` is below `/v1`, or whole behind `//`.

        A body of bytes goes as it is, an iterator in chunks, all else as JSON. A header that is
        None is left out, the key and the content type too.
        """
        whole = path[1:] if path.startswith("//") else f"/v1{path}"
        sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        chosen = {name: value for name, value in (sent | dict(headers or {})).items() if value}
        if isinstance(body, dict | list | str | int | float):
            body = json.dumps(body).encode()
        connection = self.connect()
        try:
            connection.request(method, whole, body, chosen)
            got = connection.getresponse()
            named = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, named, got.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """`GET`."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """`POST`."""
        return self.request("POST", path, body, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        """`DELETE`."""
        return self.request("DELETE", path, headers=headers)
