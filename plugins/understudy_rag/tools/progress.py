"""Saying how far a long reading is: whoever has to wait is told after a second, and each second."""

from __future__ import annotations

import logging
import time
from typing import Final

_log = logging.getLogger("understudy.progress")
_SECONDS: Final = 1.0


class Progress:
    """Counts files that are read. `name`: for whom."""

    def __init__(self, name: str, total: int) -> None:
        self._name = name
        self._total = total
        self._done = 0
        self._said = time.monotonic()

    def step(self) -> None:
        """One more is read."""
        self._done += 1
        now = time.monotonic()
        if now - self._said >= _SECONDS:
            self._said = now
            _log.info("%s: %d of %d files are read …", self._name, self._done, self._total)
