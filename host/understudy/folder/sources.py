"""What an assistant was read from: has any of it changed since?

The whole folder's `fingerprint` is for its code. To read only the assistant's object, a server asks
thousands of times a second, and a few files matter.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from understudy.folder.instructions import FILES

_CLOCK_TICK_NS: Final = 50_000_000
"""Some file systems give two changes within their tick the same time."""

State = tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class Sources:
    """Files and folders, and how they were when somebody looked."""

    paths: tuple[str, ...]
    states: tuple[State, ...]

    @classmethod
    def of(cls, folders: Iterable[str]) -> Self:
        """The first folder that is there, with what in it makes an assistant's object.

        Those before it are watched, too: one that appears comes first.
        """
        paths: list[str] = []
        for folder in folders:
            found = _inside(folder)
            paths += [folder, *found]
            if found:
                break
        return cls(tuple(paths), tuple([_state(path) for path in paths]))

    def are_unchanged(self) -> bool:
        """Whether all is as it was. A file that came or went changed its folder."""
        return self.states == tuple([_state(path) for path in self.paths])

    def are_settled(self) -> bool:
        """Whether the last change is so long ago that one more would show."""
        latest = max((max(state[:2]) for state in self.states if state), default=0)
        return time.time_ns() - latest > _CLOCK_TICK_NS


def _inside(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if _matters(entry.name)]
    except OSError:
        return []


def _matters(name: str) -> bool:
    return name.endswith(".json") or name == "src" or name in FILES


def _state(path: str) -> State:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    # The time of the last change of the inode catches edits that put the old mtime back.
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
