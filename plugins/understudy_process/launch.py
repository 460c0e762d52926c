"""Starting an engine: through the launcher, with a channel, and with nothing else of ours."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from understudy.errors import ScriptError
from understudy_process.engines import Command

LAUNCHER: Final = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Launched:
    """A process, our end of its channel, and what it prints to."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    stdout: IO[bytes]
    stderr: IO[bytes]


def launch(command: Command, folder: Path) -> Launched:
    """Start it. To be called on a thread that lives as long as the host: its end ends the process.

    Raises `ScriptError` if the system has no room for another process.
    """
    ours, theirs = socket.socketpair()
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER)]
    node = {"NODE_CHANNEL_FD": str(theirs.fileno()), "NODE_CHANNEL_SERIALIZATION_MODE": "json"}
    try:
        with theirs:
            process = subprocess.Popen(
                [*launcher, str(os.getpid()), json.dumps(command.limits), *command.argv],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=command.env | node,
                cwd=folder,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for us; what we do then ends it
            )
    except OSError as error:
        ours.close()
        raise ScriptError(f"process.js could not be started: {error.strerror}") from error
    assert process.stdout is not None
    assert process.stderr is not None
    return Launched(process, ours, process.stdout, process.stderr)


def reap(process: subprocess.Popen[bytes], patience: float) -> int:
    """Wait for the end of a process that has closed its channel; it may still be exiting."""
    with suppress(subprocess.TimeoutExpired):
        return process.wait(patience)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()
