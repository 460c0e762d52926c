"""Clients of other kinds and ages, in environments of their own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from understudy.testing.model_server import ModelServer
from understudy.testing.server import KEY, Server

Kept = Callable[..., Path]


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the clients of all kinds."""
    with ModelServer() as model, Server(tmp_path_factory.mktemp("root"), model=model) as server:
        yield server


@pytest.fixture(scope="session")
def address(shared_server: Server) -> dict[str, str]:
    """The environment of a client's process."""
    named = {
        "OPENAI_BASE_URL": shared_server.url,
        "OPENAI_API_KEY": KEY,
        "PYTHONWARNINGS": "ignore",
        "PYTHONDONTWRITEBYTECODE": "",  # in a kept environment it is written once, and read often
    }
    return os.environ | named


@pytest.fixture(scope="session")
def kept(pytestconfig: pytest.Config) -> Kept:
    """`kept(fill, packages)`: a folder that `fill` has filled; kept for the next time."""
    cache = pytestconfig.cache
    assert cache is not None

    def make(fill: Callable[..., None], *packages: str) -> Path:
        key = hashlib.sha256(repr((packages, sys.version)).encode()).hexdigest()[:16]
        folder = cache.mkdir("environments") / key
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            fill(folder, *packages)
            (folder / "complete").touch()
        return folder

    return make


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def _with_pip(folder: Path, *requirements: str) -> None:
    venv.create(folder, with_pip=False)
    command = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install"]
    quick = ["-q", "--no-compile", "--disable-pip-version-check"]
    _run(*command, *quick, *requirements)


def _with_npm(folder: Path, *packages: str) -> None:
    quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline")
    _run("npm", "install", *quiet, *packages, cwd=folder)


@pytest.fixture(scope="session")
def old_python(kept: Kept) -> Path:
    """A Python with the last client that speaks the first version of the API."""
    return kept(_with_pip, "openai==1.20.0", "httpx==0.27.2") / "bin" / "python"


@pytest.fixture(scope="session")
def frameworks(kept: Kept) -> Path:
    """A Python with the frameworks whose classes stand on the Assistants API."""
    folder = kept(
        _with_pip,
        "langchain-classic==1.0.8",
        "llama-index-agent-openai==0.4.12",
        "autogen-agentchat==0.7.5",
        "autogen-ext[openai]==0.7.5",
    )
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def node(kept: Kept) -> tuple[str, Path]:
    """The Node of this machine, and a folder with the newest npm `openai` that runs on Node 20."""
    return "node", kept(_with_npm, "openai@6.49.0")


@pytest.fixture(scope="session")
def newest_node(kept: Kept) -> tuple[str, Path]:
    """A Node from npm that the newest `openai` asks for, and a folder with both."""
    folder = kept(_with_npm, "openai@7.57.0", "node@22.23.3")
    return str(folder / "node_modules" / ".bin" / "node"), folder
