"""Virtual environments of the peers: made once, kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

import platformdirs

SECONDS_TO_INSTALL = 600


class NotInstalled(Exception):
    """A peer that cannot be had here, and why."""


def installed(name: str, requirements: Sequence[str]) -> Path:
    """The folder of a peer's programs, `python` among them. Raises `NotInstalled`."""
    version = hashlib.sha256(repr((requirements, sys.version)).encode()).hexdigest()[:8]
    folder = platformdirs.user_cache_path("understudy-benchmarks") / f"{name}-{version}"
    done = folder / "installed"
    if not done.exists():
        print(f"(installing {name} into {folder})", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        _install(folder / "bin" / "python", requirements)
        done.touch()
    return folder / "bin"


def _install(python: Path, requirements: Sequence[str]) -> None:
    command = [python, "-m", "pip", "install", "--quiet", *requirements]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_TO_INSTALL)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"pip was not done after {SECONDS_TO_INSTALL} s") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines() or ["pip failed"]
        raise NotInstalled(reason[-1]) from None
