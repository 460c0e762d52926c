"""A fingerprint: has anything changed in a folder since it was read?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from understudy.folder.instructions import FILES

_CODE: Final = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx", ".json")
_DATA: Final = frozenset(("threads", "files", "models", "memory", "node_modules"))
"""Folders whose files do not make the assistant what it is."""
_MAX_DEPTH: Final = 8
_MAX_FILES: Final = 1000


def fingerprint(folder: Path) -> str:
    """A text that changes with the files that matter: JSON, instructions and code.

    Nothing is read: it costs a `stat` for each of them.
    """
    states: list[str] = []
    for entry in _files(os.fspath(folder), _MAX_DEPTH):
        states.append(_state(entry))
        if len(states) == _MAX_FILES:
            break
    return ";".join(sorted(states))


def _files(folder: str, depth: int) -> Iterator[os.DirEntry[str]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.endswith(_CODE) or entry.name in FILES:
            yield entry
        elif depth and _is_searched(entry):
            yield from _files(entry.path, depth - 1)


def _is_searched(entry: os.DirEntry[str]) -> bool:
    hidden = entry.name.startswith(".") or entry.name in _DATA
    return not hidden and entry.is_dir(follow_symlinks=False)


def _state(entry: os.DirEntry[str]) -> str:
    try:
        found = entry.stat()
    except OSError:
        return f"{entry.path} ?"
    # The time of the last change of the inode catches edits that put the old mtime back.
    numbers = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
    return f"{entry.path} {numbers}"
