"""Snapshots in the cache: made and proven at the first need, and found there ever after."""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from understudy.bundles import cache_folder
from understudy.errors import ScriptError
from understudy_v8.interpreter import engine_folder, python
from understudy_v8.snapshot import blob, script

VARIABLE = "UNDERSTUDY_SNAPSHOT"
_SECONDS = 30.0
_KEPT = 8
_log = logging.getLogger("understudy.v8")


def find(flags: str) -> Path | None:
    """The file of the snapshot for these flags of V8. It is made if it must be, in half a second.

    None where there can be none, or none is wanted. Blocks. Raises `ScriptError` for a wish in
    `UNDERSTUDY_SNAPSHOT` that is none.
    """
    wish = os.environ.get(VARIABLE) or "auto"
    if wish not in ("auto", "never"):
        raise ScriptError(f"{VARIABLE} is {wish!r}; it can be `auto` or `never`")
    if wish == "never":
        return None
    text = script.source()
    path = _path(flags, text)
    kept = blob.read(path)
    found = _fill(path, flags, text) if kept is None else bool(kept)
    return path if found else None


def _path(flags: str, text: str) -> Path:
    """It holds what all of it depends on: library, machine, flags, script."""
    library = max(engine_folder().glob("*mini_racer.*"), key=lambda file: file.stat().st_size)
    status = library.stat()
    machine = f"{platform.system()} {platform.machine()} {status.st_size} {status.st_mtime_ns}"
    key = hashlib.sha256(f"1\0{machine}\0{flags}\0{text}".encode()).hexdigest()
    return cache_folder() / "v8" / f"{key[:40]}.snapshot"


def _fill(path: Path, flags: str, text: str) -> bool:
    """Make a snapshot and keep it; an empty one if it could not be made or proven."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            draft = Path(folder, "draft")
            made = _attempt(draft, flags, text)
            blob.write(draft, made)
            draft.replace(path)
        _tidy(path.parent)
    except OSError as error:  # a cache that cannot be written to: each start would make it again
        _log.debug("there is no place for a snapshot of V8: %s", error)
        return False
    return bool(made)


def _tidy(folder: Path) -> None:
    """Remove the oldest: each version of V8 or of ours leaves one behind; some share a cache."""
    with suppress(FileNotFoundError):  # another process tidies, too
        kept = sorted(folder.glob("*.snapshot"), key=lambda file: file.stat().st_mtime_ns)
        for file in kept[:-_KEPT]:
            file.unlink()


def _attempt(draft: Path, flags: str, text: str) -> bytes:
    made = _run("make", flags, draft, text)
    proven = made is not None and _run("prove", flags, draft, script.proof())
    if proven != script.PROVEN.encode():
        _log.info("V8 starts without a snapshot here: %r", proven)
        return b""
    return draft.read_bytes()


def _run(action: str, flags: str, draft: Path, text: str) -> bytes | None:
    """What the process prints; None if it fails in any way."""
    arguments = [action, str(engine_folder()), flags, str(draft)]
    with suppress(subprocess.SubprocessError):
        return subprocess.run(
            [*python("understudy_v8.snapshot.attempt"), *arguments],
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # V8 prints its stack if it ends itself
            timeout=_SECONDS,
            check=True,
        ).stdout
    return None
