"""Local files that were stored: one that has not changed since is not stored again."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from understudy.errors import Invalid
from understudy.library.files import Files, local_bytes
from understudy.objects import File
from understudy.store import Path, Store

_LOG: Final[Path] = ("uploads", "local", "files")
_TICK_NS: Final = 50_000_000
"""Within so short a time a file may change twice and keep its time of change."""


@dataclass(frozen=True, slots=True)
class _Upload:
    """What a file was stored as, how it looked then, and when that was."""

    file_id: str
    stamp: str
    at_ns: int


class Uploads:
    """Remembers in the log `uploads/local/files.jsonl` what became of local files.

    Lines: `{"path", "file_id", "stamp", "at_ns"}`. If the log is lost, files are stored again.
    """

    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files
        self._position = 0
        self._known: dict[str, list[_Upload]] = {}

    async def file(self, path: str | os.PathLike[str]) -> File:
        """The file as it is stored; it is stored now if need be. Raises `Invalid`."""
        place, status = _place(path), _status(path)
        stamp = _stamp(status)
        await self._refresh()
        known = self._known.get(place)
        if known and known[-1].stamp == stamp and known[-1].at_ns > status.st_mtime_ns + _TICK_NS:
            file = await self._files.find(known[-1].file_id)
            if file is not None:
                return file
        return await self._stored(path, place, stamp)

    async def earlier(self, path: str | os.PathLike[str]) -> list[str]:
        """The ids of what was stored of a local file in former states, oldest first."""
        await self._refresh()
        return [upload.file_id for upload in self._known.get(_place(path), [])[:-1]]

    async def _stored(self, path: str | os.PathLike[str], place: str, stamp: str) -> File:
        at_ns = time.time_ns()  # before it is read: what changes meanwhile is newer
        file = await self._files.create(os.path.basename(place), local_bytes(path))  # noqa: PTH119
        record = {"path": place, "file_id": file.id, "stamp": stamp, "at_ns": at_ns}
        await self._store.append(_LOG, [record], durable=False)
        return file

    async def _refresh(self) -> None:
        for entry in await self._store.read(_LOG, after=self._position):
            if entry.position > self._position:  # another task may have read on meanwhile
                self._position = entry.position
                self._fold(entry.record)

    def _fold(self, record: Mapping[str, Any]) -> None:
        try:
            upload = _Upload(str(record["file_id"]), str(record["stamp"]), int(record["at_ns"]))
        except (LookupError, TypeError, ValueError):  # edited by hand: stored again
            return
        self._known.setdefault(str(record.get("path")), []).append(upload)


def _place(path: str | os.PathLike[str]) -> str:
    """Where a file is. A name may hold bytes that are no text."""
    return os.fsencode(os.path.realpath(path)).decode("utf-8", "backslashreplace")


def _status(path: str | os.PathLike[str]) -> os.stat_result:
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError as error:
        message = f"The file {os.fspath(path)} cannot be read: {error.strerror}."
        raise Invalid(message, param="files") from None


def _stamp(status: os.stat_result) -> str:
    marks = status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
    return " ".join(map(str, marks))
