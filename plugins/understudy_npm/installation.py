"""Installing what package.json asks for: by npm, into the cache, under the lock's digest.

Never in the assistant's folder: a folder that came from elsewhere may hold an .npmrc that names
another registry, or links. Only its package.json and lock are copied.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from understudy import Conflict, Invalid
from understudy.bundles import LOCK, cache_folder, package_home
from understudy_npm.engine import Engine
from understudy_npm.project import Project

_QUIET: Final = ("--json", "--no-audit", "--no-fund", "--no-progress", "--omit=dev")
_HINTS: Final = {
    "EINTEGRITY": f"{LOCK} names other contents than the registry has. Find out who changed it; "
    "if that is fine, delete it and install again.",
    "E404": "Look at the names in package.json.",
    "ETARGET": "Look at the versions in package.json.",
    "ERESOLVE": "Packages ask for versions that exclude each other: change those in package.json.",
    "EUSAGE": f"Bring {LOCK} up to date with package.json.",
}


def install(project: Project, engine: Engine) -> Path:
    """The folder whose node_modules hold the project's packages. Raises `Invalid`."""
    home = package_home(project.digest)
    if (home / "node_modules").is_dir():
        return home
    with staging() as stage:
        (stage / "package.json").write_text(project.manifest(), "utf-8")
        if project.wants_packages:
            _run_npm(project, engine, stage)
        (stage / "node_modules").mkdir(exist_ok=True)
        home = package_home(project.digest)
        settle(stage, home)
    return home


@contextmanager
def staging() -> Iterator[Path]:
    """A folder beside those of the cache; it is gone afterwards, unless it was renamed."""
    parent = cache_folder() / "npm"
    parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".stage-", dir=parent))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def settle(stage: Path, home: Path) -> None:
    """Give a finished folder its name. Another process may have been faster: that is as good."""
    try:
        stage.rename(home)
    except OSError:
        if not (home / "node_modules").is_dir():
            raise


def _run_npm(project: Project, engine: Engine, stage: Path) -> None:
    lock = stage / LOCK
    if project.lock.exists():
        shutil.copyfile(project.lock, lock)
    before = lock.read_bytes() if lock.exists() else None
    order = "install" if project.own else "ci"
    done = engine.run_npm([order, *_QUIET], stage)
    if done.returncode:
        raise _failure(project, done.stdout, done.stderr)
    _check(project, stage)
    if lock.read_bytes() != before:
        if not project.own:
            raise Conflict(f"npm would change {LOCK} of the built-in assistant `{project.id}`")
        shutil.copyfile(lock, project.lock)


def _check(project: Project, stage: Path) -> None:
    # What npm has in its cache it finds by content: a lock could call it by another name.
    listed = json.loads((stage / LOCK).read_text("utf-8")).get("packages", {})
    for place, entry in listed.items():
        manifest = stage / place / "package.json"
        if place == "" or entry.get("link") or not manifest.is_file():
            continue
        found = json.loads(manifest.read_text("utf-8"))
        name = entry.get("name") or place.rpartition("node_modules/")[2]
        if (found.get("name"), found.get("version")) != (name, entry.get("version")):
            raise Invalid(
                f"{project.id}: {LOCK} calls {found.get('name')} {found.get('version')} "
                f"by the name of {name} {entry.get('version')}; nothing was installed",
                hint=_HINTS["EINTEGRITY"],
            )


def _failure(project: Project, stdout: str, stderr: str) -> Invalid:
    said = _error(stdout)
    code = str(said.get("code", ""))
    summary = str(said.get("summary") or said.get("detail") or stderr.strip() or "npm failed")
    summary = " ".join(summary.split())[:500]
    hint = _HINTS.get(code) or "Is the registry reachable? `npm config get registry` names it."
    return Invalid(f"{project.id}: npm could not install the packages: {summary}", hint=hint)


def _error(stdout: str) -> dict[str, Any]:
    try:
        error = json.loads(stdout[stdout.index("{") :])["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}
