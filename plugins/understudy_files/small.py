"""Small collections and logs: read whole, on the event loop, without the index.

Most threads have a handful of runs and a page or two of messages. Handing such a listing to a
thread and back costs twice what it takes, and the index would be written for every new message.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from understudy.store import NAME, Document, Page, Path, Record
from understudy_files.disk import Disk
from understudy_files.documents import Documents
from understudy_files.failures import ABSENT, reading
from understudy_files.layout import collection_name, log_name
from understudy_files.logs import Logs
from understudy_files.window import Window

_MOST_FOLDERS = 16
_MOST_BYTES = 32_768


class Small:
    """Lists what is small in one root. Whatever is not is left to the index."""

    def __init__(self, disk: Disk, documents: Documents, logs: Logs) -> None:
        self._disk = disk
        self._documents = documents
        self._logs = logs

    def page(self, collection: Path, window: Window) -> Page[Document] | None:
        """The documents in the window; None if the collection is not small.

        Raises `NotFound` for a cursor that does not exist.
        """
        name = collection_name(collection)
        names = self._names(name)
        if names is None:
            return None
        times = dict(self._times(collection, names))
        shown, more = window.cut(sorted(times, key=lambda item: (times[item], item)), name)
        found = [self._documents.read_for_page((*collection, item)) for item in shown]
        return Page(tuple(filter(None, found)), more)

    def _names(self, name: str) -> list[str] | None:
        try:
            with reading(name):
                folder = self._disk.resolve(name)
                # Folders are links to the one they are in; where they are not counted it has 1.
                if not 2 <= os.stat(folder).st_nlink <= 2 + _MOST_FOLDERS:
                    return None
                names = [name for name in os.listdir(folder) if NAME.fullmatch(name)]
        except ABSENT:
            return []
        return names if len(names) <= _MOST_FOLDERS else None

    def _times(self, collection: Path, names: list[str]) -> Iterator[tuple[str, float]]:
        for item in names:
            time = self._documents.time((*collection, item))
            if time is None and (broken := self._documents.read_for_page((*collection, item))):
                time = broken.created_at
            if time is not None:
                yield item, time

    def page_records(self, log: Path, window: Window) -> Page[Record]:
        """The records in the window. Raises `NotFound` for a cursor that does not exist."""
        records = self._records(log)
        shown, more = window.cut(list(records), log_name(log))
        return Page(tuple(records[item] for item in shown), more)

    def get_record(self, log: Path, record_id: str) -> Record | None:
        """The last record of that id."""
        return self._records(log).get(record_id)

    def has(self, log: Path) -> bool:
        """Whether a log is small."""
        return self._logs.size(log) <= _MOST_BYTES

    def _records(self, log: Path) -> dict[str, Record]:
        """The last record of each id, where the id first occurred; none that was removed."""
        found: dict[str, Record] = {}
        for entry in self._logs.read(log, 0):
            if isinstance(record_id := entry.record.get("id"), str):
                found[record_id] = entry.record
        return {key: record for key, record in found.items() if record.get("deleted") is not True}
