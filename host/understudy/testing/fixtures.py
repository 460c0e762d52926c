"""pytest fixtures for tests of plugins and assistants.

In conftest.py:

    pytest_plugins = ["understudy.testing.fixtures"]

In a test:

    def test_the_poet_answers(root, model, write_assistant):
        write_assistant("poet", {"assistant.json": {"instructions": "Rhyme."}})
        model.script([say("Roses are red.")])
        with SyncHost(root) as host:
            assert host.run("poet", "Hi").text == "Roses are red."
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from understudy.testing.embedding_server import EmbeddingServer
from understudy.testing.model_server import ModelServer

WriteAssistant = Callable[[str, Mapping[str, object]], Path]
_FROM_OUTSIDE = (
    *("OPENAI_BASE_URL", "OPENAI_API_KEY"),
    *("UNDERSTUDY_MODEL", "UNDERSTUDY_ROOT", "UNDERSTUDY_EMBEDDINGS"),
)


@pytest.fixture(autouse=True)
def no_model_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds a model, or a data root, that happens to be on the machine."""
    for name in _FROM_OUTSIDE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UNDERSTUDY_DISCOVERY", "0")


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A scripted language model, where `OPENAI_BASE_URL` points to."""
    with ModelServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "test-key")
        yield server


@pytest.fixture
def embedding_server() -> Iterator[EmbeddingServer]:
    """An embedding model, for whoever asks at its `base_url`."""
    with EmbeddingServer() as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty data root; the folder is made when something is written."""
    return tmp_path / "root"


@pytest.fixture
def write_assistant(root: Path) -> WriteAssistant:
    """Write an assistant's files: text as it is, anything else as JSON. Returns the folder."""

    def write(name: str, files: Mapping[str, object]) -> Path:
        folder = root / "assistants" / name
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            file.write_text(text, encoding="utf-8")
        return folder

    return write
