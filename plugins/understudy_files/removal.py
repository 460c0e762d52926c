"""Removing a document and all below it: one rename, then the clearing up."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path as FilePath

from understudy.store import Path
from understudy_files.disk import Disk
from understudy_files.documents import Documents
from understudy_files.failures import writing
from understudy_files.layout import INTERNAL, document_names, folder_name
from understudy_files.listing import Listing
from understudy_files.locks import Locks

_TRASH = ".trash"
_DELETED = f"{INTERNAL}/.deleted"


class Removal:
    """Removes documents of one root."""

    def __init__(self, disk: Disk, locks: Locks, documents: Documents, listing: Listing) -> None:
        self._disk = disk
        self._locks = locks
        self._documents = documents
        self._listing = listing

    def remove(self, path: Path, trash: bool) -> bool:
        """Remove a document's folder; False if there is no document."""
        name = document_names(path)[0]
        with self._locks.short(name):
            if self._documents.status(path) is None:
                return False
            with writing(name):
                place = self._move(path, _TRASH if trash else _DELETED)
        self._listing.forget(path)
        if not trash:
            _clear(place.parent)
        return True

    def _move(self, path: Path, target: str) -> FilePath:
        try:
            place = self._rename(path, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # The collection is a disk of its own: what is deleted stays on it.
            place = self._rename(path, f"{folder_name(path[:-1])}/{FilePath(target).name}")
        self._disk.sync_folder(self._disk.resolve(folder_name(path[:-1])))
        self._disk.sync_folder(str(place.parent))
        return place

    def _rename(self, path: Path, target: str) -> FilePath:
        # The last name is not resolved: of a link, the link itself goes.
        source = FilePath(self._disk.resolve(folder_name(path[:-1])), path[-1])
        self._disk.make_folder(target)
        places = _places(FilePath(self._disk.resolve(target)), path[-1])
        while True:
            place = next(place for place in places if not os.path.lexists(place))
            try:
                self._listing.change_folder(path, partial(os.rename, source, place), by=-1)
            except OSError as error:
                # Somebody else was given the place meanwhile, for a document of the same name.
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            else:
                return place


def _clear(folder: FilePath) -> None:
    """Empty a folder of deleted things, those of killed processes too."""
    for entry in folder.iterdir():
        if entry.is_symlink():
            entry.unlink(missing_ok=True)
        else:
            shutil.rmtree(entry, ignore_errors=True)


def _places(folder: FilePath, name: str) -> Iterator[FilePath]:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    yield folder / f"{name}-{stamp}"
    for number in count(2):
        yield folder / f"{name}-{stamp}-{number}"
