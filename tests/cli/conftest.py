"""The command line: in this process where only words matter, else as a process or on a terminal."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from understudy.cli import main

from .terminal import Terminal

WAIT = 60
COMMAND = [sys.executable, "-W", "error", "-m", "understudy"]


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Understudy = Callable[..., Done]


@pytest.fixture
def understudy(root: Path, capfd, monkeypatch) -> Understudy:
    """Run a command in this process."""

    def run(*args: str | Path, stdin: bytes = b"") -> Done:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        code = main(["--root", str(root), *map(str, args)])
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture
def environment(root: Path) -> Callable[[], dict[str, str]]:
    """What processes are started with. The locale is one that every machine has."""
    own = {"UNDERSTUDY_ROOT": str(root), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    return lambda: {**os.environ, **own}


@pytest.fixture
def process(environment) -> Understudy:
    """Run a command as a process of its own."""

    def run(*args: str | Path, stdin: bytes = b"", **env: str) -> Done:
        done = subprocess.run(
            [*COMMAND, *args],
            check=False,
            env=environment() | env,
            input=stdin,
            capture_output=True,
            timeout=WAIT,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def start(environment) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command and talk with it; it is gone at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*args: str | Path) -> subprocess.Popen[str]:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        started.append(subprocess.Popen([*COMMAND, *args], env=environment(), text=True, **pipes))
        return started[-1]

    yield begin
    for one in started:
        one.kill()
        one.communicate()


@pytest.fixture
def terminal(environment) -> Iterator[Callable[..., Terminal]]:
    """Start a command on a terminal."""
    opened: list[Terminal] = []

    def begin(*args: str | Path, **env: str) -> Terminal:
        opened.append(Terminal([*COMMAND, *map(str, args)], environment() | env))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()
