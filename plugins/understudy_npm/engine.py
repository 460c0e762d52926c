"""What runs npm and our linker: Node.js with npm, or Deno, which the extra `npm` brings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from understudy import Invalid

_OLDEST_NODE: Final = 18
_NPM_IN_DENO: Final = "npm:npm@11.6.0"
_LOCK: Final = Path(__file__).parent / "linker" / "deno.lock"
_DENO: Final = ("run", "--allow-all", "--no-config", "--no-prompt")
_ENVIRONMENT: Final = {
    "NO_COLOR": "1",
    "DENO_NO_UPDATE_CHECK": "1",
    "npm_config_ignore_scripts": "true",
}


@dataclass(frozen=True, slots=True)
class Engine:
    """Command lines to begin with: npm's, and that of a script."""

    name: str
    npm: tuple[str, ...]
    script: tuple[str, ...]

    def run_npm(self, arguments: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run npm, which never runs what packages bring."""
        return _run((*self.npm, *arguments, "--ignore-scripts"), cwd)

    def run_script(self, script: Path, order: str) -> subprocess.CompletedProcess[str]:
        """Run a script of ours, with `order` on its stdin."""
        return _run((*self.script, os.fspath(script)), script.parent, order)


def find_engine() -> Engine:
    """Node.js if it is there, else Deno. Raises `Invalid` if neither is."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= _OLDEST_NODE:
        return Engine("node", (npm,), (node,))
    deno = _find_deno()
    if deno:
        npm_in_deno = (deno, *_DENO, "--node-modules-dir=none", f"--lock={_LOCK}", _NPM_IN_DENO)
        return Engine("deno", npm_in_deno, (deno, *_DENO, "--no-lock", "--node-modules-dir=manual"))
    raise Invalid(
        f"Installing npm packages needs Deno, or Node.js {_OLDEST_NODE} or newer with npm",
        hint='`pip install "understudy[npm]"` brings Deno. Running assistants needs neither.',
    )


def _find_deno() -> str | None:
    try:
        from deno import find_deno_bin
    except ImportError:
        return shutil.which("deno")
    return str(find_deno_bin())


def _major(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    match = re.match(r"v(\d+)\.", said.stdout)
    return int(match[1]) if match else 0


def _run(command: Sequence[str], cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | _ENVIRONMENT,
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
