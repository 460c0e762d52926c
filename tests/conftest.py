"""What all tests share: a language model on loopback, an empty data root, a way to write folders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from understudy.testing.model_server import ModelServer

Files = dict[str, object]
WriteAssistant = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_model_from_outside(monkeypatch):
    """No test may find a model server that happens to run on the machine."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "UNDERSTUDY_MODEL", "UNDERSTUDY_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UNDERSTUDY_DISCOVERY", "0")


@pytest.fixture
def model(monkeypatch) -> Iterator[ModelServer]:
    """A scripted language model, where OPENAI_BASE_URL points to."""
    with ModelServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "test-key")
        yield server


@pytest.fixture
def root(tmp_path) -> Path:
    """An empty data root."""
    return tmp_path / "root"


@pytest.fixture
def write_assistant(root) -> WriteAssistant:
    """Write an assistant's folder: `write_assistant("poet", {"assistant.json": {…}})`."""

    def write(name: str, files: Files) -> Path:
        folder = root / "assistants" / name
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            file.write_text(text, encoding="utf-8")
        return folder

    return write
