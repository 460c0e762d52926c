"""Assistants with npm packages: installed from the registry, by the command that users type.

What was installed for a lock is kept in pytest's cache folder: a second session need not wait for
the registry again. Linking is done anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
Done = subprocess.CompletedProcess[str]


@dataclass
class Root:
    """A data root, its cache, and the command line on it."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, files: dict[str, Any]) -> Path:
        """Write an assistant; what is not text is written as JSON."""
        folder = self.path / "assistants" / name
        for place, content in files.items():
            file = folder / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return folder

    def copy(self, name: str) -> Path:
        """Copy one of the folders beside this file."""
        folder = self.path / "assistants" / name
        shutil.copytree(HERE / name, folder)
        return folder

    def run(self, *words: str) -> Done:
        """`understudy --root … WORDS`."""
        return subprocess.run(
            [sys.executable, "-m", "understudy", "--root", str(self.path), *words],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def install(self, *words: str) -> Any:
        """`understudy npm install WORDS --json`, which must succeed."""
        done = self.run("npm", "install", *words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def cache(pytestconfig: pytest.Config) -> Path:
    """The cache that all roots share."""
    return Path(pytestconfig.cache.mkdir("understudy-npm"))


@pytest.fixture(scope="session")
def make_root(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Callable[[], Root]:
    def make() -> Root:
        return Root(tmp_path_factory.mktemp("root"), {"UNDERSTUDY_CACHE": str(cache)})

    return make


@pytest.fixture
def root(make_root: Callable[[], Root]) -> Root:
    return make_root()
