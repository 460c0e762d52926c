"""A workshop to run scripts in: a folder, a runtime, and a run that records what is asked of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest

from understudy.errors import ScriptError
from understudy.objects import Assistant, File, Message, Thread
from understudy.permissions.grant import Grant
from understudy.runtimes import Limits, Source
from understudy_v8 import V8Runtime
from understudy_v8.disposal import open_contexts
from understudy_v8.program import V8Program

T = TypeVar("T")


class ScriptRun:
    """A Run whose effects are what the test says: `answers` by kind, `streams` by kind."""

    def __init__(self, text: str = "", run_id: str = "run_1") -> None:
        self.id = run_id
        self.assistant = Assistant(id="a")
        self.thread = Thread(id="thread_1", created_at=0)
        self.messages: Sequence[Message] = ()
        self.last_message = None
        self.files: Sequence[File] = ()
        self.text = text
        self.now = time.time()
        self.seed = os.urandom(32)
        self.asked: list[tuple[str, Any]] = []
        self.logs: list[tuple[str, str]] = []
        self.answers: dict[str, Callable[[Any], Awaitable[Any]]] = {}
        self.streams: dict[str, Callable[[Any], AsyncIterator[Any]]] = {}

    def view(self) -> dict[str, Any]:
        message = {"role": "user", "text": self.text}
        return {
            "id": self.id,
            "assistant": {"id": "a", "name": "Ada"},
            "thread": {"id": "thread_1"},
            "messages": [message],
            "last_message": message,
            "files": [{"id": "file_1"}],
            "tools": [{"name": "rag"}],
        }

    def open_file(self, file_id: str) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def effect(self, kind: str, payload: dict[str, Any]) -> Any:
        if kind == "log":
            self.logs.append((payload["level"], payload["text"]))
            return None
        if kind == "timer":
            return await asyncio.sleep(payload["seconds"])
        self.asked.append((kind, payload))
        return await self.answers[kind](payload)

    def stream(self, kind: str, payload: dict[str, Any]) -> AsyncIterator[Any]:
        self.asked.append((kind, payload))
        return self.streams[kind](payload)


def children(pid: int) -> list[int]:
    """The processes that a process has, zombies among them."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # the thread has ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return found


def jails() -> list[int]:
    """The processes of jails that this process has; other tests may have servers of theirs."""
    return [pid for pid in children(os.getpid()) if b"understudy_v8.jail" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


class Workshop:
    """Writes files, opens them as an assistant, and leaves no context behind."""

    run_class = ScriptRun

    def __init__(self, folder: Path, isolation: str) -> None:
        self.folder = folder
        self.grant = Grant(trusted=isolation == "here")
        self.runtime: V8Runtime
        self.package: dict[str, Any] = {}
        self.limits = Limits()
        self.clock = time.time

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    async def open(self, file: str = "index.js") -> V8Program:
        main = self.folder / file
        source = Source("a", self.folder, main, self.package, self.limits, self.grant)
        return await self.runtime.open(source)

    def play(self, scene: Callable[[], Awaitable[T]]) -> T:
        """Run a scene in a loop of its own; afterwards no context, process or task is left."""

        async def stage() -> T:
            self.runtime = V8Runtime(clock=self.clock)
            try:
                return await asyncio.wait_for(scene(), 20)
            finally:
                await self.runtime.close()
                assert len(asyncio.all_tasks()) <= 2

        result = asyncio.run(stage())
        assert open_contexts() == 0
        assert jails() == []
        return result

    def invoke(self, files: dict[str, str] | str, run: ScriptRun | None = None) -> list[Any]:
        """What `invoke` of index.js yields."""
        self.write({"index.js": files} if isinstance(files, str) else files)

        async def scene() -> list[Any]:
            program = await self.open()
            return [part async for part in program.invoke(run or ScriptRun())]

        return self.play(scene)

    def failure(self, files: dict[str, str] | str, run: ScriptRun | None = None) -> ScriptError:
        """The error that opening or invoking ends in."""
        with pytest.raises(ScriptError) as caught:
            self.invoke(files, run)
        return caught.value


@pytest.fixture
def isolation() -> str:
    """Where code runs, `here` or in a `jail`. A file of tests may parametrise it over both."""
    return "here"


@pytest.fixture
def workshop(tmp_path: Path, isolation: str) -> Workshop:
    folder = tmp_path / "assistant"
    folder.mkdir()
    return Workshop(folder, isolation)
