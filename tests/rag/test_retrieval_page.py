"""docs/retrieval.md: its configuration is read, its client and its app run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.embeddings import EmbeddingModel
from understudy.testing.server import KEY
from understudy_rag.meaning.embedding_settings import FolderSettings, ServerSettings, TextSettings
from understudy_rag.meaning.embeddings import OpenAIEmbeddings

PAGE = (Path(__file__).parents[2] / "docs" / "retrieval.md").read_text(encoding="utf-8")
[CONFIG] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
CLIENT, APP = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(code: str, folder: Path, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_configuration_of_the_page_is_read_as_it_is() -> None:
    config = json.loads(CONFIG)
    model = EmbeddingModel.named(config["model"], config["settings"])
    assert OpenAIEmbeddings(model).identity.startswith("text-embedding-3-small")


@pytest.mark.parametrize("kind", [ServerSettings, FolderSettings])
def test_every_setting_is_on_the_page(kind: type[TextSettings]) -> None:
    assert [name for name in kind.model_fields if f"`{name}`" not in PAGE] == []


def test_the_search_of_the_page_finds_what_it_asks_for(start_server, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("The boiler was serviced in October by Mrs Hansen.")
    server = start_server()
    out = run(CLIENT, tmp_path, OPENAI_BASE_URL=server.url, OPENAI_API_KEY=KEY)
    assert out == "letter.txt 1.0 The boiler was serviced in October by Mrs Hansen.\n"


def test_the_provider_of_the_page_makes_vectors(tmp_path: Path) -> None:
    assert run(APP, tmp_path) == "note.txt 1.0\n"
