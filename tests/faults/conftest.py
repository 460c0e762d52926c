"""Real faults: what the kernel is asked for, what it refuses, and processes that die."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-W", "error", "-m", "understudy"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def understudy(root: Path) -> Run:
    """Run a command in a process of its own."""

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        own = {"UNDERSTUDY_ROOT": str(root), "UNDERSTUDY_DISCOVERY": "0", **env}
        return subprocess.run(
            [*COMMAND, *words],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def strace(tmp_path: Path) -> list[str]:
    """The beginning of a command that writes the system calls of the rest to `calls`."""
    command = ["strace", "-f", "-qq", "-y", "-o", str(tmp_path / "calls")]
    if shutil.which("strace") is None or subprocess.call([*command, "true"]):
        pytest.skip("needs strace")
    return command


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """What `strace` has written until now."""
    return lambda: (tmp_path / "calls").read_text().splitlines()
