"""The torn tail: what a power cut or a killed writer left of the last line of a log."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from itertools import count
from pathlib import Path as FilePath

from understudy_files.disk import NEW_FILE_MODE, sync_folder, write_all
from understudy_files.lines import parse

_BLOCK = 65_536

_logger = logging.getLogger(__name__)


def is_torn(fd: int) -> bool:
    """Whether the last line lacks its line break."""
    size = os.fstat(fd).st_size
    return size > 0 and os.pread(fd, 1, size - 1) != b"\n"


def mend(fd: int, name: str, file: str) -> None:
    """Complete the last line, or move it to `<file>.torn-<n>`. The caller holds the log.

    `fd` is open for appending. Raises `OSError`; then the log is as it was.
    """
    start, fragment = _fragment(fd)
    if _is_complete(fragment):
        write_all(fd, b"\n")
        return
    copy = _copied(fragment, file)
    os.ftruncate(fd, start)
    os.fsync(fd)
    _logger.warning(
        "`%s` ended in the middle of a record; the fragment is kept in `%s`.",
        name,
        copy.name,
    )


def _is_complete(fragment: bytes) -> bool:
    with suppress(ValueError):
        parse(fragment)
        return True
    return False


def _fragment(fd: int) -> tuple[int, bytes]:
    """What follows the last line break, and where it starts."""
    size, length = os.fstat(fd).st_size, _BLOCK
    while True:
        start = max(0, size - length)
        tail = os.pread(fd, size - start, start)
        fragment = tail[tail.rfind(b"\n") + 1 :]
        if start == 0 or len(fragment) < len(tail):
            return size - len(fragment), fragment
        length *= 2


def _copied(fragment: bytes, file: str) -> FilePath:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    for number in count(1):
        copy = FilePath(f"{file}.torn-{number}")
        with suppress(FileExistsError):
            fd = os.open(copy, flags, NEW_FILE_MODE)
            break
    try:
        write_all(fd, fragment)
        os.fsync(fd)
    except OSError:
        copy.unlink()
        raise
    finally:
        os.close(fd)
    sync_folder(str(copy.parent))
    return copy
