"""What a grant is tied to: the content of all files that make an assistant what it is."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from typing import Final

from understudy.errors import Invalid

DATA: Final = frozenset(("data", "files", "memory", "threads"))
"""Folders of documents and conversations: what changes there does not change the assistant.
Code in them is looked at all the same."""
CODE: Final = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".wasm", ".node")
_PACKAGES: Final = "node_modules"
_SKIPPED: Final = frozenset((".git", ".hg", ".svn", ".understudy", "__pycache__"))
_MAX_FILES: Final = 100_000
_MAX_BYTES: Final = 64 * 2**20
"""Of one file: code that is longer is not run."""

Digests = Mapping[str, str]


def digests(folder: str | os.PathLike[str]) -> Digests:
    """SHA-256 of each file that counts, by its path; those of installed packages as one.

    Raises `Invalid` if there are too many.
    """
    found: dict[str, str] = {}
    packages = hashlib.sha256()
    root = os.path.realpath(folder)
    for name in _files(root, ""):
        digest = _digest(f"{root}/{name}")
        if _PACKAGES in name.split("/"):
            packages.update(f"{name}\0{digest}\n".encode(errors="surrogateescape"))
            found[f"{_PACKAGES}/"] = packages.hexdigest()
        else:
            found[name] = digest
    return found


def is_data(name: str) -> bool:
    """Whether a file may change without changing the assistant."""
    first, slash, _ = name.partition("/")
    return bool(slash) and first in DATA and not name.lower().endswith(CODE)


def changes(before: Digests, now: Digests) -> tuple[str, ...]:
    """What is different, in words: `src/index.js (changed)`."""
    names = sorted({*before, *now})
    return tuple(
        f"{name} ({_how(before.get(name), now.get(name))})"
        for name in names
        if before.get(name) != now.get(name)
    )


def _how(before: str | None, now: str | None) -> str:
    if before is None:
        return "new"
    return "gone" if now is None else "changed"


def _files(root: str, within: str) -> Iterator[str]:
    """Names below `root`, in their order. Links count as what they lead to; no loops."""
    pending, seen = [within], 0
    while pending:
        folder = pending.pop()
        for entry in _entries(f"{root}/{folder}"):
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                pending += [] if entry.name in _SKIPPED else [name]
            elif not is_data(name):
                yield name
                seen += 1
                if seen > _MAX_FILES:
                    raise Invalid(f"It has more than {_MAX_FILES:,} files: too many to check.")


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name, reverse=True)
    except OSError:
        return []


def _digest(path: str) -> str:
    """Of a file's content; what is no file has none."""
    try:
        # Not blocking: opening a pipe would wait for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return "not a file"
            if found.st_size > _MAX_BYTES:
                return f"{found.st_size} {found.st_mtime_ns}"
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return "unreadable"
