"""What the host knows of a worker, however its process was made; and how it starts one."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from asyncio import Future
from collections.abc import Sequence
from pathlib import Path
from socket import socket, socketpair
from typing import Any, Protocol

from understudy_v8.interpreter import engine_folder, no_process, python
from understudy_v8.snapshot.shelf import find

FLAGS = "--single-threaded --jitless"
"""What V8 is started with: no threads, since it forks, and no code made while it runs."""
KILLED = -int(getattr(signal, "SIGKILL", 9))
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


async def started(module: str) -> tuple[subprocess.Popen[bytes], socket]:
    """Start `main` of a module here; our end of the socket whose other end it has."""
    ours, theirs = socketpair()
    try:
        with theirs:
            process = await asyncio.to_thread(_start, module, theirs)
    except BaseException:
        ours.close()
        raise
    return process, ours


def _start(module: str, end: socket) -> subprocess.Popen[bytes]:
    snapshot = find(FLAGS)
    arguments = [str(end.fileno()), str(engine_folder()), FLAGS, str(snapshot or "")]
    return _launch([*python(f"understudy_v8.jail.{module}"), *arguments], end)


def _launch(arguments: Sequence[str], end: socket) -> subprocess.Popen[bytes]:
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
