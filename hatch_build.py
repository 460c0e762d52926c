"""Links the Web APIs of assistants' code when a wheel is built: npm packages, by Deno.

No third-party source is in the repository: `plugins/understudy_v8/web/package.json` names the
packages, `deno.lock` holds their hashes, and what is linked goes into `web/built`. It is made
again only when one of the files that it comes from has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SOURCES = ("package.json", "deno.lock", "build.js", "parts.json", "parts", "shims")
_KEY = "key.txt"
_INSTALL = ("install", "--frozen", "--quiet")
_LINK = ("run", "--no-prompt", "--cached-only", "--allow-read", "--allow-env", "--allow-run")
_WITHOUT = (
    "This needs the npm registry, the first time. To build without the Web APIs "
    "(assistants' code then has no fetch, URL, TextDecoder, crypto …) set UNDERSTUDY_NO_WEB=1."
)


class WebLayer(BuildHookInterface[Any]):
    """Builds `web/built`."""

    PLUGIN_NAME = "custom"

    @property
    def _web(self) -> Path:
        return Path(self.root) / "plugins" / "understudy_v8" / "web"

    def dependencies(self) -> list[str]:
        """Deno, if it will have work to do."""
        idle = self.target_name != "wheel" or _unwanted() or self._is_built()
        return [] if idle else ["deno>=2.5,<3"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files of the wheel are collected; `-e` comes here, too."""
        if self.target_name != "wheel":
            return
        if _unwanted():
            shutil.rmtree(self._web / "built", ignore_errors=True)
        elif not self._is_built():
            self._build()

    def _is_built(self) -> bool:
        kept = self._web / "built" / _KEY
        return kept.is_file() and kept.read_text() == self._key()

    def _key(self) -> str:
        """A hash of everything that the built files come from."""
        digest = hashlib.sha256()
        for name in _SOURCES:
            top = self._web / name
            for path in sorted(top.rglob("*.js")) if top.is_dir() else [top]:
                digest.update(f"{path.relative_to(self._web).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _build(self) -> None:
        with tempfile.TemporaryDirectory(prefix="understudy-web-") as folder:
            work = Path(folder) / "web"
            shutil.copytree(self._web, work, ignore=shutil.ignore_patterns("built", "__pycache__"))
            self._run(work, *_INSTALL)
            self._run(work, *_LINK, f"--allow-write={work / 'built'}", "build.js", "built")
            (work / "built" / _KEY).write_text(self._key())
            shutil.rmtree(self._web / "built", ignore_errors=True)
            shutil.copytree(work / "built", self._web / "built")

    def _run(self, folder: Path, *arguments: str) -> None:
        environment = os.environ | {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
        done = subprocess.run(
            [self._deno(), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()[-2000:]
            self.app.abort(f"The Web APIs could not be linked:\n{said}\n{_WITHOUT}")

    def _deno(self) -> str:
        scripts = os.pathsep.join([sysconfig.get_path("scripts"), str(Path(sys.executable).parent)])
        found = shutil.which("deno") or shutil.which("deno", path=scripts)
        if found is None:
            self.app.abort(
                f"Deno is missing: pip install 'deno>=2.5,<3' (or build with isolation). {_WITHOUT}"
            )
        return str(found)


def _unwanted() -> bool:
    return os.environ.get("UNDERSTUDY_NO_WEB", "") not in {"", "0"}
