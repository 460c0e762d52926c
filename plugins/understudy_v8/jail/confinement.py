"""What a worker takes from itself before foreign code comes in. All of it lasts for its life."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_FILES = 32
_NICE = 5
# Beside the heap: its garbage before a collection, and the frames that come and go.
_SLACK_BYTES = 32 * 2**20
_SLACK_SECONDS = 1


def confine() -> None:
    """Give up files, dumps and priority."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError):
        os.nice(_NICE)
    for name, limit in (("CORE", 0), ("FSIZE", 0), ("NOFILE", _FILES)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def belong_to(parent: int) -> None:
    """Leave the session of the parent, a process with one thread, and die with it."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


class Budget:
    """Memory and processor time, as far as the kernel counts them. The host watches the clock."""

    def __init__(self) -> None:
        self._base = _data_bytes()
        self._turn = 0.0
        self._allowed = 0

    def set(self, memory_bytes: int, turn_seconds: float) -> None:
        """Limit the memory, all of it: what V8 had reserved before is not counted."""
        self._turn = turn_seconds
        if self._base is not None:
            import resource

            limit = self._base + memory_bytes + _SLACK_BYTES
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    def begin_turn(self) -> None:
        """Grant the time of a turn; not each time, since a grant costs as much as a small turn."""
        if self._base is None or not self._turn:
            return
        used = time.process_time()
        if used + self._turn + _SLACK_SECONDS > self._allowed:
            import resource

            self._allowed = int(used + 2 * (self._turn + _SLACK_SECONDS)) + 1
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (self._allowed, hard))


def _data_bytes() -> int | None:
    """What RLIMIT_DATA counts already; None where it is not known, or not limited."""
    if sys.platform != "linux":
        return None
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024
