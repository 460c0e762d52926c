"""Where the files are: attached to the thread, or in `files/` beside assistant.json."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from understudy.folder import contents
from understudy_rag.parsing.plugins import reader_of

if TYPE_CHECKING:
    from understudy.objects import File
    from understudy.runs.run import Run

_PIECE_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read. `stamp` changes whenever its content may have."""

    name: str
    file_id: str | None
    stamp: str
    open: Callable[[], AsyncIterator[bytes]] = field(hash=False, compare=False, repr=False)


def attached(run: Run) -> Iterator[Source]:
    """The files of the thread's messages. The bytes of an uploaded file never change."""
    for file in run.files:
        yield _attached(run, file)


def _attached(run: Run, file: File) -> Source:
    return Source(file.filename, file.id, file.id, lambda: run.open_file(file.id))


def beside(folder: Path) -> Iterator[Source]:
    """The files below a folder, by name; an unchanged one costs a `stat`."""
    root = folder.resolve()
    for path in contents(root):
        try:
            status = path.stat()
        except OSError:  # gone since it was listed
            continue
        # A name may hold bytes that are no text; the inode keeps two of them apart.
        name = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")
        marks = status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
        stamp = " ".join(map(str, (*marks, name, reader_of(name)))).rstrip()
        yield Source(name, None, stamp, lambda path=path: _pieces(path))  # type: ignore[misc]


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as opened:
        while piece := await asyncio.to_thread(opened.read, _PIECE_BYTES):
            yield piece
