"""Looking over all that a root holds, so that no damage stays unseen."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

from understudy.errors import UnderstudyError
from understudy.store import NAME, Checkup, Damage, Path
from understudy_files.disk import Disk
from understudy_files.documents import Documents
from understudy_files.failures import ABSENT
from understudy_files.layout import document_names
from understudy_files.lines import parse

_FRAGMENT: Final = re.compile(r"(.+\.jsonl)\.torn-\d+")
_ASSISTANTS: Final = "assistants"
_THREADS: Final = "threads"


def look_over(disk: Disk, documents: Documents) -> Checkup:
    """Read every document and log."""
    files, damage = 0, list[Damage]()
    for folder, names in _folders(disk.root):
        for name in names:
            if name.endswith(".jsonl"):
                damage += _bad_lines(disk, "/".join((*folder, name)))
            elif _FRAGMENT.fullmatch(name):
                damage.append(_fragment("/".join((*folder, name))))
            elif folder and "/".join((*folder, name)) == document_names(folder)[0]:
                damage += _bad_document(documents, folder, name)
            else:
                continue
            files += 1
    return Checkup(files, tuple(damage))


def _folders(root: str) -> Iterator[tuple[Path, list[str]]]:
    """The folders that may hold documents and logs, with the names of their files."""
    for place, folders, names in os.walk(root):
        parts = () if place == root else tuple(os.path.relpath(place, root).split(os.sep))
        folders[:] = sorted(filter(NAME.fullmatch, folders))
        if parts[:1] == (_ASSISTANTS,) and len(parts) == 2:
            # All else in an assistant's folder is its author's, and `validate` looks at it.
            folders[:] = [_THREADS] if _THREADS in folders else []
        elif len(parts) % 2 == 0:
            yield parts, sorted(names)


def _bad_document(documents: Documents, path: Path, name: str) -> Iterator[Damage]:
    try:
        documents.read(path)
    except UnderstudyError as error:
        yield Damage("/".join((*path, name)), str(error))


def _bad_lines(disk: Disk, name: str) -> Iterator[Damage]:
    try:
        with disk.open(name) as fd, open(fd, "rb", closefd=False) as file:
            for number, text in enumerate(file, 1):
                yield from _bad_line(name, number, text)
    except ABSENT:
        return
    except UnderstudyError as error:
        yield Damage(name, str(error))


def _bad_line(name: str, number: int, text: bytes) -> Iterator[Damage]:
    try:
        parse(text)
    except ValueError as error:
        whole = text.endswith(b"\n")
        what = f"is not read: {error}" if whole else "was cut off; the next write sets it aside"
        yield Damage(name, f"`{name}`: line {number} {what}.", is_mended=not whole)


def _fragment(name: str) -> Damage:
    text = f"`{name}` is what a crash left of the last line of its log."
    return Damage(name, text, is_mended=True)
