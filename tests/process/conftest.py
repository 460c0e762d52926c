"""A desk to try process.js at: a folder, engines that are really there, and a run that logs."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from understudy import Grant
from understudy.processes import Caller, ProcessSource
from understudy_process import ProcessJS
from understudy_process.engines import find_deno
from understudy_v8 import V8Runtime

T = TypeVar("T")
TRUSTED = Grant(trusted=True, process=True)
ENGINES = [
    pytest.param("deno", marks=pytest.mark.skipif(find_deno() is None, reason="there is no deno")),
    pytest.param(
        "node", marks=pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")
    ),
]


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


class Desk:
    """Writes process.js and plays scenes with it; afterwards no process and no task is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.grant = TRUSTED
        self.settings: dict[str, Any] = {}
        self.logs: list[tuple[str, str]] = []
        self.process: ProcessJS

    def write(self, text: str, name: str = "src/process.js") -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def caller(self, run_id: str = "run_1") -> Caller:
        return Caller(run_id, lambda level, text: self.logs.append((level, text)))

    async def call(self, name: str, *args: Any, run: str = "run_1") -> Any:
        return await self.process.call(self.caller(run), name, args)

    def stream(self, name: str, *args: Any) -> Any:
        return self.process.stream(self.caller(), name, args)

    def play(self, scene: Callable[[], Awaitable[T]]) -> T:
        async def stage() -> T:
            package = {"understudy": {"process": self.settings}}
            main = Path("src/index.js")
            runtime = V8Runtime()
            source = ProcessSource(
                "ada", self.folder, main, package, grant=self.grant, open=runtime.open
            )
            self.process = ProcessJS(source)
            pids = []
            try:
                return await asyncio.wait_for(scene(), 30)
            finally:
                pids += [self.process.pid]
                await self.process.close()
                await runtime.close()
                assert not [pid for pid in pids if pid and is_alive(pid)]
                assert len(asyncio.all_tasks()) == 1

        return asyncio.run(stage())

    def failure(self, text: str, name: str = "go", *args: Any) -> Any:
        """The error that a call of an export ends in."""
        self.write(text)

        async def scene() -> None:
            await self.call(name, *args)

        with pytest.raises(Exception) as caught:
            self.play(scene)
        return caught.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"name": "ada"}))
    return Desk(folder)


@pytest.fixture(params=ENGINES)
def either(request: pytest.FixtureRequest, desk: Desk) -> Desk:
    """The same in both engines."""
    desk.settings["engine"] = request.param
    return desk


@pytest.fixture(params=[*ENGINES, "jail"])
def anywhere(request: pytest.FixtureRequest, desk: Desk) -> Desk:
    """The same in both engines and in the jail."""
    desk.settings["engine"] = request.param
    return desk
