"""The linker: our script and, from npm, esbuild and the real parts of Node.js, installed once."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Final

from understudy import Invalid
from understudy.bundles import cache_folder
from understudy_npm.engine import Engine
from understudy_npm.installation import settle, staging

_SOURCE: Final = Path(__file__).parent / "linker"


def linker(engine: Engine) -> Path:
    """The script that links. Installs what it needs, by its lock, at the first use."""
    home = cache_folder() / "npm" / f"linker-{_digest()[:16]}"
    if not (home / "node_modules").is_dir():
        with staging() as stage:
            shutil.copytree(_SOURCE, stage, dirs_exist_ok=True)
            done = engine.run_npm(["ci", "--no-audit", "--no-fund", "--no-progress"], stage)
            if done.returncode:
                said = " ".join(done.stderr.split())[-500:]
                raise Invalid(
                    f"The linker for npm packages could not be installed: {said}",
                    hint="Is the registry reachable? `npm config get registry` names it.",
                )
            settle(stage, home)
    return home / "link.js"


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_SOURCE.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
