"""Clients of other kinds and ages, in environments of their own."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from understudy.testing.model_server import ModelServer
from understudy.testing.server import Server

Install = Callable[..., Path]


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the clients of all kinds."""
    with ModelServer() as model, Server(tmp_path_factory.mktemp("root"), model=model) as server:
        yield server


@pytest.fixture(scope="session")
def install(pytestconfig: pytest.Config) -> Install:
    """Make an environment with those very packages; its Python. Kept for the next time."""
    cache = pytestconfig.cache
    assert cache is not None

    def make(*requirements: str) -> Path:
        key = hashlib.sha256(repr((requirements, sys.version)).encode()).hexdigest()[:16]
        folder = cache.mkdir("environments") / key
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder, requirements)
            (folder / "complete").touch()
        return folder / "bin" / "python"

    return make


def _install(folder: Path, requirements: tuple[str, ...]) -> None:
    venv.create(folder, with_pip=False)
    command = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install"]
    quick = ["-q", "--no-compile", "--disable-pip-version-check"]
    _run(*command, *quick, *requirements)


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def old_python(install: Install) -> Path:
    """A Python with the last client that speaks the first version of the API."""
    return install("openai==1.20.0", "httpx==0.27.2")


@pytest.fixture(scope="session")
def frameworks(install: Install) -> Path:
    """A Python with the frameworks whose classes stand on the Assistants API."""
    return install(
        "langchain-classic==1.0.8",
        "llama-index-agent-openai==0.4.12",
        "autogen-agentchat==0.7.5",
        "autogen-ext[openai]==0.7.5",
    )


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the newest npm `openai` that runs on this Node."""
    folder = tmp_path_factory.mktemp("node")
    quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline")
    _run("npm", "install", *quiet, "openai", cwd=folder)
    return folder
