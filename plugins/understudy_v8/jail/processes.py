"""What the host knows of a worker, however its process was made; and how it starts one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from asyncio import Future
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from socket import socket
from typing import Any, Protocol

from understudy.errors import ScriptError

FLAGS = "--single-threaded --jitless"
"""What V8 is started with: no threads, since it forks, and no code made while it runs."""
KILLED = -int(getattr(signal, "SIGKILL", 9))
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {} import main; main()"
# Of the environment, a script sees the time zone; Windows cannot open a socket without the other.
_ENVIRONMENT = ("TZ", "SYSTEMROOT")


class Process(Protocol):
    """A worker's process. `connection` is our end of its socket."""

    @property
    def connection(self) -> socket:
        """Our end of its socket. Whoever takes it closes it."""
        ...

    @property
    def exit(self) -> Future[int]:
        """Its exit code or, negative, the signal that ended it. Fails if it never came to life."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


class ProcessSource(Protocol):
    """Makes workers."""

    async def start(self) -> Process:
        """A new worker. Raises `ScriptError` when the system does not allow one."""
        ...

    async def close(self) -> None:
        """End what is left of them."""
        ...


def command(module: str, end: socket) -> Sequence[str]:
    """The command that runs `main` of a module here, with the least that Python can do with."""
    if not sys.executable:
        raise no_process("it is not known where Python's own program is")
    spec = find_spec("py_mini_racer")
    if spec is None or spec.origin is None:
        raise no_process("mini-racer is not installed")
    start = _START.format(f"understudy_v8.jail.{module}")
    python = [sys.executable, "-I", "-S", "-c", start, str(Path(__file__).parents[2])]
    return [*python, str(end.fileno()), str(Path(spec.origin).parent), FLAGS]


def launch(arguments: Sequence[str], end: socket) -> subprocess.Popen[bytes]:
    """Start a process that has one end of a socket, and nothing else of ours."""
    try:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            cwd=Path(sys.executable).anchor or None,
            **_handing_over(end),
        )
    except OSError as error:
        raise no_process(str(error)) from error


def _handing_over(end: socket) -> dict[str, Any]:
    if sys.platform != "win32":
        return {"pass_fds": [end.fileno()], "start_new_session": True}
    end.set_inheritable(True)
    startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [end.fileno()]})
    return {"startupinfo": startup, "creationflags": subprocess.CREATE_NO_WINDOW}


def no_process(reason: str) -> ScriptError:
    """The system allows no worker."""
    return ScriptError(
        f"no process can be started for the script: {reason}",
        hint="Code that you trust needs none; all code does without if UNDERSTUDY_JAIL=never.",
    )
