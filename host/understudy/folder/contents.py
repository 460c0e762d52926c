"""The files that a person put into a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

_NOT_MEANT: Final = ("~$*", "*~", "*.tmp", "*.part", "*.crdownload", "Thumbs.db", "desktop.ini")
"""Files that programs leave beside those of a person."""
_NO_DOCUMENTS: Final = ("node_modules", "__pycache__")


def contents(folder: Path) -> Iterator[Path]:
    """The files below a folder, by name.

    Left out: what is hidden (`.git`), what programs leave behind (`~$letter.docx`, `node_modules`),
    and links that lead out of the folder.
    """
    root = folder.resolve()
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_hidden(name, _NO_DOCUMENTS))
        for name in sorted(names):
            if not _is_hidden(name, _NOT_MEANT) and _is_inside(path := Path(parent, name), root):
                yield path


def _is_hidden(name: str, patterns: tuple[str, ...]) -> bool:
    return name.startswith(".") or any(fnmatchcase(name, pattern) for pattern in patterns)


def _is_inside(path: Path, root: Path) -> bool:
    """Whether it is a file; not a pipe, nor a link to nowhere or elsewhere."""
    try:
        return path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(root))
    except OSError:  # a circle of links, a folder that must not be read
        return False
