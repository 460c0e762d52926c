"""SIGKILL at random moments, for as long as the budget allows: nothing acknowledged is lost.

`UNDERSTUDY_KILL_SECONDS` gives the loops more time than the few seconds they have by default.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from understudy.testing.model_server import ModelServer
from understudy.testing.server import Server

HERE = Path(__file__).parent
SECONDS = float(os.environ.get("UNDERSTUDY_KILL_SECONDS", "6"))
ECHO = "export function invoke(run) { return `I heard: ${run.lastMessage.text}`; }"
OVER = ("completed", "failed", "cancelled", "incomplete", "expired")


@dataclass
class Acknowledged:
    """What a client has seen answered with 200."""

    threads: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, list[str]] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    """Run → its last status that was seen."""


class Writer(threading.Thread):
    """Makes threads, messages and runs on a server until it dies."""

    def __init__(self, server: Server, known: Acknowledged) -> None:
        super().__init__()
        self._server = server
        self._known = known

    def run(self) -> None:
        """Until the server is gone."""
        try:
            while True:
                self._talk()
        except (OSError, ValueError, http.client.HTTPException):
            return

    def _post(self, path: str, body: Any = None) -> Any:
        answer = self._server.post(path, body)
        if answer.status != 200:
            raise AssertionError(answer.body)
        return answer.json()

    def _talk(self) -> None:
        thread = self._post("/threads", {"metadata": {"k": "v"}})
        self._known.threads[thread["id"]] = thread
        said = self._known.messages.setdefault(thread["id"], [])
        for number in range(3):
            body = {"role": "user", "content": f"Text {number}"}
            said.append(self._post(f"/threads/{thread['id']}/messages", body)["id"])
        run = self._post(f"/threads/{thread['id']}/runs", {"assistant_id": "echo"})
        self._known.runs[run["id"]] = thread["id"]


def check(server: Server, known: Acknowledged) -> None:
    """Everything that was acknowledged is there; every run is over or can be ended."""
    for thread_id, thread in known.threads.items():
        assert server.get(f"/threads/{thread_id}").json() == thread
    for thread_id, said in known.messages.items():
        listed = server.get(f"/threads/{thread_id}/messages?order=asc&limit=100").json()["data"]
        there = [message["id"] for message in listed if message["role"] == "user"]
        assert there[: len(said)] == said
        assert len(there) <= len(said) + 1
    for run_id, thread_id in known.runs.items():
        run = server.get(f"/threads/{thread_id}/runs/{run_id}").json()
        assert run["status"] in (*OVER, "queued", "in_progress"), run
        answers = [
            message
            for message in server.get(f"/threads/{thread_id}/messages").json()["data"]
            if message["run_id"] == run_id and message["status"] == "completed"
        ]
        assert len(answers) == (1 if run["status"] == "completed" else len(answers)), run


@pytest.fixture
def echo(root):
    folder = root / "assistants" / "echo"
    (folder / "src").mkdir(parents=True)
    (folder / "assistant.json").write_text('{"model": "m"}')
    (folder / "src" / "index.js").write_text(ECHO)


def test_a_server_that_is_killed_again_and_again_loses_nothing(root, echo, understudy):
    chance, deadline, kills = random.Random(6), time.monotonic() + SECONDS, 0
    everything = Acknowledged()
    with ModelServer() as model, Server(root, "--quiet", model=model) as server:
        while kills < 3 or time.monotonic() < deadline:
            known = Acknowledged()
            writers = [Writer(server, known) for _ in range(3)]
            for writer in writers:
                writer.start()
            threading.Event().wait(chance.random() * 0.8)
            server.kill()
            for writer in writers:
                writer.join()
            kills += 1
            server.start()
            check(server, known)
            for name in ("threads", "messages", "runs"):
                getattr(everything, name).update(getattr(known, name))
        check(server, everything)
    found = json.loads(understudy("doctor", "--json").stdout)
    [stored] = [each for each in found if each["what"] == "stored data"]
    assert stored["state"] != "error", stored
    assert everything.threads


def test_writers_of_a_store_that_are_killed_at_random_moments_lose_nothing(tmp_path):
    command = [sys.executable, "-m", "tests.faults.kill_loop", tmp_path / "root", str(SECONDS / 2)]
    done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=True)
    counted = json.loads(done.stdout)
    assert counted["kills"] >= 8
    assert counted["acknowledged"] >= 8
    assert (counted["lost"], counted["unreadable"]) == (0, 0), counted
