"""A server among hostile assistants, and one assistant that only wants to be answered."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from understudy.testing.model_server import ModelServer
from understudy.testing.server import Server

TURN_SECONDS = 0.5
SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.js"))
INNOCENT = "export function invoke(run) { return `I heard: ${run.lastMessage.text}`; }"
MEMORY_MB = 32
_STOPPED = re.compile(rb"^// Report: .*(stopped|without a pause)", re.MULTILINE)
_EVENT = re.compile(r"^event: (thread\.(?:run|message)\.\w+)\ndata: (.*)$", re.MULTILINE)


def write_assistant(root: Path, name: str, index: bytes, turn_seconds: float = 10) -> None:
    """A folder that nobody here has trusted: its code runs in the jail."""
    folder = root / "assistants" / name
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "index.js").write_bytes(index)
    (folder / "assistant.json").write_text('{"model": "m"}')
    limits = {"turn_seconds": turn_seconds, "memory_mb": MEMORY_MB}
    package = {"main": "src/index.js", "understudy": {"limits": limits}}
    (folder / "package.json").write_text(json.dumps(package))


def write_corpus(root: Path) -> None:
    """Every script as an assistant, and `innocent`. Those that must be stopped have little time."""
    for script in SCRIPTS:
        is_stopped = _STOPPED.search(script.read_bytes()) is not None
        seconds = TURN_SECONDS if is_stopped else 10
        write_assistant(root, script.stem, script.read_bytes(), seconds)
    write_assistant(root, "innocent", INNOCENT.encode())


@dataclass(frozen=True)
class Report:
    """How a run ended: `completed`, `failed`, `refused` (400, no run), and what was said of it."""

    ended: str
    text: str

    def __str__(self) -> str:
        return f"{self.ended}: {self.text}"


def ask(server: Server, assistant: str, text: str = "Hello") -> Report:
    """Run an assistant on a new thread and follow its stream to the end."""
    answer = server.post("/threads/runs", body(assistant, text) | {"stream": True})
    if answer.status != 200:
        assert answer.status == 400, answer.body
        return Report("refused", answer.error["message"])
    events = [(name, json.loads(data)) for name, data in _EVENT.findall(answer.body.decode())]
    run = [data for name, data in events if name.startswith("thread.run.")][-1]
    if run["status"] != "completed":
        return Report(run["status"], run["last_error"]["message"])
    said = [data["content"] for name, data in events if name == "thread.message.completed"]
    parts = [part for content in said for part in content if part["type"] == "text"]
    return Report("completed", "".join(part["text"]["value"] for part in parts))


def body(assistant: str, text: str = "Hello") -> dict[str, Any]:
    """A request for a run on a thread of its own."""
    messages = [{"role": "user", "content": text}]
    return {"assistant_id": assistant, "thread": {"messages": messages}}


@pytest.fixture(scope="package")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, with every script as an assistant."""
    root = tmp_path_factory.mktemp("arena")
    write_corpus(root)
    with ModelServer() as model, Server(root, "--quiet", model=model) as server:
        yield server


@dataclass(frozen=True)
class Level:
    """What a process and those below it hold."""

    threads: int
    descriptors: int
    children: int
    megabytes: float


def level(pid: int) -> Level:
    """Read from /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]
    threads = int(re.search(r"Threads:\s+(\d+)", status)[1])  # type: ignore[index]
    return Level(threads, len(os.listdir(f"/proc/{pid}/fd")), len(_below(pid)), kilobytes / 1024)


def _below(pid: int) -> list[int]:
    """The processes that a process has started, and those they have."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:  # the thread ended meanwhile
            continue
    return found + [below for child in found for below in _below(child)]
