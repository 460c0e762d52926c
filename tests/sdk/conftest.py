"""Environments with clients of other kinds and ages, installed once for all tests."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest


def install(folder: Path, *requirements: str) -> Path:
    """A fresh environment with those packages; its Python."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    quick = ["-q", "--no-compile", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, *quick, *requirements], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return python


@pytest.fixture(scope="session")
def old_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the last client that speaks the first version of the API."""
    return install(tmp_path_factory.mktemp("old"), "openai==1.20.0", "httpx<0.28")


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the newest npm `openai` that runs on this Node."""
    folder = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "openai"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def frameworks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the frameworks whose classes stand on the Assistants API."""
    names = ("langchain-classic", "llama-index-agent-openai", "autogen-ext[openai]", "aiofiles")
    return install(tmp_path_factory.mktemp("frameworks"), *names, "autogen-agentchat")
