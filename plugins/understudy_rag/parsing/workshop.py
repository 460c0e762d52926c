"""Where files are parsed: in a child each, which the process of `parser.py` forks.

It is started when it is first needed, and again when it has died; it ends by itself when idle. A
fork costs a millisecond or two, a new Python that loads the parsers more than a hundred.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic
from typing import Final

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.wire import MAX_ANSWER_BYTES, Task, unpack

DEADLINE: Final = 120.0
PARSER: Final = Path(__file__).with_name("parser.py")
_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL")
_PIECE: Final = 2**20


class Workshop:
    """Parses files. Safe to use from several threads and event loops."""

    def __init__(self, parser: Path = PARSER, deadline: float = DEADLINE) -> None:
        self._parser = parser
        self._deadline = deadline
        self._mutex = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    async def parse(self, task: Task, data: bytes) -> Document:
        """The document in a file. Raises `Unreadable`. When cancelled, the child is killed."""
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        with ours:
            work = loop.run_in_executor(None, self._parsed, task, data, ours, theirs)
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                with contextlib.suppress(OSError):
                    ours.shutdown(socket.SHUT_RDWR)
                await asyncio.wait([work])
                work.exception()  # nobody wants it any more
                raise

    @property
    def pid(self) -> int | None:
        """The id of the process, if it runs."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the process, and with it its children. It may be used again."""
        with self._mutex:
            self._stop()

    def _parsed(
        self, task: Task, data: bytes, ours: socket.socket, theirs: socket.socket
    ) -> Document:
        with theirs:
            child = self._fork(task, theirs)
        try:
            document = unpack(_exchanged(ours, data, monotonic() + self._deadline))
        except TimeoutError:
            message = f"It could not be read within {self._deadline:g} seconds."
            raise Unreadable(message) from None
        finally:
            killer = self._end(child)
        if document is None:
            raise _broken_off(killer)
        return document

    def _fork(self, task: Task, place: socket.socket) -> int:
        """The id of a child that has the other end of a socket."""
        with self._mutex:
            for _ in range(2):  # it may be idle too long, or killed
                try:
                    return _ask(self._running(), task.line(), [place.fileno()])
                except OSError:
                    self._stop()
        raise Unreadable("The process that reads such files cannot be started.")

    def _end(self, child: int) -> int:
        """Kill a child, if it still lives; returns the signal that ended it, or 0."""
        with self._mutex:
            if self._control is None:  # it takes its children with it
                return signal.SIGKILL
            try:
                return _ask(self._control, json.dumps({"end": child}).encode() + b"\n", [])
            except OSError:
                self._stop()
                return signal.SIGKILL

    def _running(self) -> socket.socket:
        if self._owner != os.getpid():  # we are a fork: the process is our parent's
            self._process = self._control = None
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = self._started(theirs)
            self._owner = os.getpid()
        return self._control

    def _started(self, control: socket.socket) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", str(self._parser), json.dumps(list(filter(None, sys.path)))],
            stdin=control.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            cwd=self._parser.anchor,
            start_new_session=True,  # Ctrl-C is for us; what we do then ends it
        )

    def _stop(self) -> None:
        control, process, self._control, self._process = self._control, self._process, None, None
        if control is not None:
            control.close()
        if process is not None and self._owner == os.getpid():
            process.wait()


def _ask(control: socket.socket, message: bytes, places: list[int]) -> int:
    """Raises `OSError` if there is no answer."""
    sent = socket.send_fds(control, [message], places)
    control.sendall(message[sent:])
    answer = control.recv(8, socket.MSG_WAITALL)
    if len(answer) < 8:
        raise ConnectionResetError
    return int.from_bytes(answer)


def _exchanged(place: socket.socket, data: bytes, deadline: float) -> bytes:
    """Send a file, receive what the child makes of it. Raises `TimeoutError`."""
    pieces, length = [], 0
    try:
        place.settimeout(max(0.001, deadline - monotonic()))
        place.sendall(data)
        while piece := place.recv(_PIECE):
            pieces.append(piece)
            length += len(piece)
            if length > MAX_ANSWER_BYTES:
                break
            place.settimeout(max(0.001, deadline - monotonic()))
    except ConnectionError:  # it died, or nobody wants the answer any more
        return b""
    return b"".join(pieces)


def _broken_off(killer: int) -> Unreadable:
    if killer in (signal.SIGKILL, signal.SIGXCPU):
        return Unreadable("It took too much time or memory to be read.")
    return Unreadable("It is damaged: its parser crashed.")


WORKSHOP: Final = Workshop()
"""That of this process: parsers take some 30 MB, and no two who parse need their own."""
atexit.register(WORKSHOP.close)
