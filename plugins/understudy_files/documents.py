"""Documents: one JSON file each, replaced whole, cached while their file stays the same."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass
from typing import Any

from understudy.errors import UnderstudyError
from understudy.store import Document, Path, Record
from understudy_files import json_text
from understudy_files.disk import Disk
from understudy_files.failures import ABSENT, leads_nowhere, reading, writing
from understudy_files.layout import document_names

RACY_NS = 20_000_000
"""The kernel's clock for files ticks every 4 to 10 ms: within it, two changes look like one."""

_CACHED_ENTRIES = 1024
_CACHED_CHARACTERS = 32_768
_MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document as it was read. The value is kept as text, so that nobody can change it."""

    file: str
    signature: tuple[int, ...]
    version: str
    created_at: float
    text: str
    strict: bool

    def document(self, path: Path) -> Document:
        return Document(path, json.loads(self.text), self.version, self.created_at)

    def is_current(self) -> bool:
        try:
            return self.signature == _signature(os.stat(self.file))
        except OSError:
            return False


class Documents:
    """Reads and writes the documents of one root. Reading is quick enough for an event loop."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._cache: dict[Path, _Entry] = {}
        self._mutex = threading.Lock()

    def read(self, path: Path) -> Document | None:
        """The document, or None. Raises `Invalid` and `StoreError`."""
        entry = self._entry(path)
        return None if entry is None else entry.document(path)

    def read_for_page(self, path: Path) -> Document | None:
        """The document, with its `error` if it cannot be read, or None."""
        try:
            return self.read(path)
        except UnderstudyError as error:
            status = self.status(path)
            if status is None:
                return Document(path, {}, "", 0.0, error)
            return Document(path, {}, version_of(status), status.st_mtime, error)

    def time(self, path: Path) -> float | None:
        """A document's `created_at`, or None if it cannot be read."""
        try:
            entry = self._entry(path)
        except UnderstudyError:
            return None
        return None if entry is None else entry.created_at

    def status(self, path: Path) -> os.stat_result | None:
        """The status of a document's file, or None if there is none."""
        for name in document_names(path):
            try:
                with reading(name):
                    return os.stat(self._disk.path(name))
            except (*ABSENT, UnderstudyError):
                continue
        return None

    def write(self, path: Path, text: str, *, durable: bool) -> tuple[str, float]:
        """Replace a document, or make it; returns its version and time.

        The caller holds its lock and made its folder.
        """
        name, value = document_names(path)[0], json.loads(text)
        commented = self._with_comments(path, value)
        data = f"{text}\n" if commented is None else commented
        before = self.status(path)
        # A time of our own, finer than the kernel's tick, tells every write from all others.
        now = max(time.time_ns(), before.st_mtime_ns + 1 if before else 0)
        with writing(name):
            status = self._replace(name, data.encode(), durable, now)
        entry = self._made(name, status, value, text, strict=commented is None)
        self._remember(path, entry)
        return entry.version, entry.created_at

    def _replace(self, name: str, data: bytes, durable: bool, mtime_ns: int) -> os.stat_result:
        staged = self._disk.stage(name)
        try:
            staged.write(data)
            return staged.commit(durable=durable, mtime_ns=mtime_ns)
        except BaseException:
            staged.discard()
            raise

    def _with_comments(self, path: Path, value: Record) -> str | None:
        """The text of a hand-written file, changed to hold the value; None for any other file."""
        try:
            entry = self._entry(path)
            if entry is None or entry.strict:
                return None
            data, _ = self._disk.read(document_names(path)[0], json_text.MAX_BYTES)
        except (*ABSENT, UnderstudyError):
            return None
        return json_text.rewritten(data, value)

    def _entry(self, path: Path) -> _Entry | None:
        entry = self._cache.get(path)
        if entry is not None and entry.is_current():
            return entry
        for name in document_names(path):
            try:
                data, status = self._disk.read(name, json_text.MAX_BYTES)
            except ABSENT:
                self._check_link(name)
                continue
            return self._parsed(path, name, data, status)
        return None

    def _check_link(self, name: str) -> None:
        """A link to nothing is damage, and not the absence of a document."""
        if os.path.islink(self._disk.path(name)):
            raise leads_nowhere(name)

    def _parsed(self, path: Path, name: str, data: bytes, status: os.stat_result) -> _Entry:
        value, strict = json_text.load(data, name)
        entry = self._made(name, status, value, json.dumps(value), strict=strict)
        settled = time.time_ns() - status.st_mtime_ns > RACY_NS
        if settled and name == document_names(path)[0]:
            self._remember(path, entry)
        return entry

    def _made(
        self, name: str, status: os.stat_result, value: Record, text: str, *, strict: bool
    ) -> _Entry:
        time = created_at(value, status)
        signature, version = _signature(status), version_of(status)
        return _Entry(self._disk.path(name), signature, version, time, text, strict)

    def _remember(self, path: Path, entry: _Entry) -> None:
        with self._mutex:
            self._cache.pop(path, None)
            if len(self._cache) >= _CACHED_ENTRIES:
                del self._cache[next(iter(self._cache))]
            if len(entry.text) <= _CACHED_CHARACTERS:
                self._cache[path] = entry


def version_of(status: os.stat_result) -> str:
    """A text that changes with every write, ours or by hand."""
    return f"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"


def created_at(value: Record, status: os.stat_result) -> float:
    """Unix seconds: `created_at`, or Jan's `created`, or the file's time.

    Jan's code writes milliseconds into both (core/src/types, janhq/jan).
    """
    for key in ("created_at", "created"):
        seconds = _seconds(value.get(key))
        if seconds is not None:
            return seconds
    return status.st_mtime


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number / 1000 if number > _MILLISECONDS else number


def _signature(status: os.stat_result) -> tuple[int, ...]:
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev
