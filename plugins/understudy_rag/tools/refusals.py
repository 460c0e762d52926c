"""Which files cannot be searched, and why: remembered, since finding out may take long."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from understudy import __version__
from understudy.indexes import Unsearchable

_MAX: Final = 10_000


class Refusals:
    """Reasons by a file's key.

    That a file is damaged is kept in a JSON file, for this version of us. That its format is
    unknown may end when a plugin is installed: the next process tries again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._damaged = _read(path)
        self._unknown: dict[str, str] = {}

    def of(self, keys: Iterable[str]) -> dict[str, str]:
        """The reasons that are known for these files."""
        known = self._damaged | self._unknown
        return {key: known[key] for key in keys if key in known}

    def add(self, key: str, error: Unsearchable) -> None:
        """Remember one. Of too many, the oldest is forgotten."""
        reasons = self._damaged if error.code == "invalid_file" else self._unknown
        reasons[key] = str(error)
        if len(reasons) > _MAX:
            del reasons[next(iter(reasons))]

    def save(self) -> None:
        """Let the next process know. On a full disk it finds out for itself."""
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps({"version": __version__, "reasons": self._damaged}))
            draft.replace(self._path)


def _read(path: Path) -> dict[str, str]:
    try:
        value = json.loads(path.read_text())
        reasons = value["reasons"] if value["version"] == __version__ else {}
        return {str(key): str(reason) for key, reason in reasons.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # it is only a cache
        return {}
