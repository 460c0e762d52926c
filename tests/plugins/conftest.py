"""A fresh environment with real plugins in it, installed by pip from `distributions/`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DISTRIBUTIONS = Path(__file__).parent / "distributions"
WAIT = 60


@dataclass(frozen=True)
class Outcome:
    """What a process left behind. `imported` are the test plugins it imported, in order."""

    code: int
    out: str
    err: str
    imported: list[str]

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Environment:
    """A virtual environment; the running one lies behind it, so that nothing is downloaded."""

    python: Path
    site: Path
    log: Path

    def understudy(self, *args: str, plugins: str | None = None, **env: str) -> Outcome:
        return self.run("-m", "understudy", *args, plugins=plugins, **env)

    def run(self, *args: str, plugins: str | None = None, **env: str) -> Outcome:
        self.log.write_text("")
        done = subprocess.run(
            [self.python, *args],
            check=False,
            env=self.variables(plugins, **env),
            capture_output=True,
            text=True,
            timeout=WAIT,
            cwd=self.log.parent,
        )
        return Outcome(done.returncode, done.stdout, done.stderr, self.log.read_text().split())

    def variables(self, plugins: str | None = None, **env: str) -> dict[str, str]:
        chosen = {} if plugins is None else {"UNDERSTUDY_PLUGINS": plugins}
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | {"IMPORT_LOG": str(self.log)} | chosen | env


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home)}))
    running = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    lines = [f"import site; site.addsitedir({place!r})\n" for place in sorted(running)]
    (site / "running.pth").write_text("".join(lines))
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    projects = sorted(DISTRIBUTIONS.iterdir())
    subprocess.run([python, *install, *offline, *projects], check=True, cwd=home)
    return Environment(python, site, home / "import.log")


@pytest.fixture
def installed(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The same plugins, in this process."""
    monkeypatch.syspath_prepend(str(environment.site))
    monkeypatch.setenv("IMPORT_LOG", str(environment.log))
    environment.log.write_text("")
    return environment
