"""The keys that open the door, those of a file as they are now."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Iterable
from typing import Final

from understudy import Invalid
from understudy_server.key_file import KeyFile

_log: Final = logging.getLogger("understudy.server")
_TRUSTED_SECONDS: Final = 1.0


class Keys:
    """Fixed keys, and those of a file: one that is made or revoked counts without a restart."""

    def __init__(self, fixed: Iterable[str] = (), file: KeyFile | None = None) -> None:
        self._fixed = [key.encode() for key in fixed if key]
        self._file = file
        self._known = self._fixed
        self._mark: object = None
        self._looked_at = float("-inf")

    def accepts(self, key: bytes) -> bool:
        """Whether a key is one of them. Takes the same time for every wrong key.

        A revoked key counts for one more second, a new one at once.
        """
        if time.monotonic() - self._looked_at > _TRUSTED_SECONDS:
            self._look()
        return self._matches(key) or (self._look() and self._matches(key))

    def _matches(self, key: bytes) -> bool:
        return sum([hmac.compare_digest(key, known) for known in self._known]) > 0

    def _look(self) -> bool:
        """Read the file again if it has changed; whether it has."""
        self._looked_at = time.monotonic()
        mark = self._file.mark() if self._file else None
        if self._file is None or mark == self._mark:
            return False
        self._mark = mark
        self._known = [*self._fixed, *(key.encode() for key in _read(self._file))]
        return True


def _read(file: KeyFile) -> list[str]:
    try:
        return list(file.read().values())
    except Invalid as error:  # somebody's edit: none of its keys counts until it is mended
        _log.error("%s %s", error, error.hint)
        return []
