"""Becomes an engine, with limits that the kernel keeps: run by path, never imported.

    python -I -S launcher.py PARENT LIMITS COMMAND …

The host has threads, so nothing of this can be done between its fork and its exec.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_NICER = 5


def main(parent: str, limits: str, *command: str) -> None:
    """Set the limits, an object by the names of `resource`, and become the command."""
    if sys.platform == "linux":  # elsewhere the end of the channel ends it
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # the host died before this was set
        sys.exit(1)
    for name, value in json.loads(limits).items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # At the soft limit of CPU time the signal says why, at the hard one it does not.
        resource.setrlimit(kind, (most, most + (name == "RLIMIT_CPU" and most != hard)))
    os.nice(_NICER)
    # Python has set LC_CTYPE for itself.
    env = {name: value for name, value in os.environ.items() if name != "LC_CTYPE"}
    os.execve(command[0], command, env)


if __name__ == "__main__":
    main(*sys.argv[1:])
