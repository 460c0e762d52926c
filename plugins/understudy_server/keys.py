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
_MAX_REMEMBERED: Final = 64


class Keys:
    """Fixed keys, and those of a file: one that is made or revoked counts without a restart."""

    def __init__(self, fixed: Iterable[str] = (), file: KeyFile | None = None) -> None:
        self._fixed = [key.encode() for key in fixed if key]
        self._file = file
        self._known = self._fixed
        self._mark: object = None
        self._looked_at = float("-inf")
        self._accepted: set[bytes] = set()

    def accepts(self, key: bytes, sent: bytes = b"") -> bool:
        """Whether a key is one of them. Takes the same time for every wrong key.

        A revoked key counts for one more second, a new one at once. `sent` is the header that the
        key stands in, for `have_accepted`.
        """
        if time.monotonic() - self._looked_at > _TRUSTED_SECONDS:
            self._look()
        accepted = self._matches(key) or (self._look() and self._matches(key))
        if accepted and len(self._accepted) < _MAX_REMEMBERED:
            self._accepted.add(sent)
        return accepted

    def have_accepted(self, sent: bytes) -> bool:
        """Whether a header with one of them has just come: it need not be taken apart again.

        The hash of a set is keyed: how long this takes tells nothing about the keys.
        """
        return sent in self._accepted and time.monotonic() - self._looked_at <= _TRUSTED_SECONDS

    def _matches(self, key: bytes) -> bool:
        return sum([hmac.compare_digest(key, known) for known in self._known]) > 0

    def _look(self) -> bool:
        """Read the file again if it has changed; whether it has."""
        self._looked_at = time.monotonic()
        self._accepted.clear()
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
