"""A worker: evaluates what the host sends until the host hangs up."""

from __future__ import annotations

import os
from ctypes import CDLL
from socket import socket
from threading import Event

from understudy_v8.jail import frames, seccomp
from understudy_v8.jail.confinement import Budget
from understudy_v8.jail.library import Context

NO_MEMORY = 70
"""The exit code of a worker whose Python has run out of memory."""
_TICKETS = {frames.EVALUATE: 1, frames.HOLD: 2}
_WARMED = 3
# The engine looks for the time zone at first use, and then it may open files no more.
_WARM_UP = b"new Date(0).getTimezoneOffset(); ''"


class Worker:
    """One heap behind one socket."""

    def __init__(self, library: CDLL, connection: socket) -> None:
        self._connection = connection
        self._held = b""
        self._warm = Event()
        self._context = Context(library, self._answer)
        self._context.evaluate(_WARM_UP, _WARMED)
        self._warm.wait()
        self._context.expose()
        self._budget = Budget()
        seccomp.install()

    def serve(self) -> None:
        """Read frames until the end. Answers are written by V8's thread, without a detour."""
        with self._connection.makefile("rb") as stream:
            while len(header := stream.read(frames.HEADER.size)) == frames.HEADER.size:
                length, kind = frames.HEADER.unpack(header)
                self._receive(kind, stream.read(length))

    def _receive(self, kind: bytes, body: bytes) -> None:
        if kind == frames.LIMITS:
            memory, seconds = frames.LIMITS_BODY.unpack(body)
            self._context.limit(memory)
            self._budget.set(memory, seconds)
        else:
            self._budget.begin_turn()
            self._context.evaluate(body, _TICKETS[kind])

    def _answer(self, ticket: int, has_value: bool, body: bytes) -> None:
        if ticket == _WARMED:
            return self._warm.set()
        kind = frames.VALUE if has_value else frames.THROWN
        if self._context.exhausted():
            kind, body = frames.EXHAUSTED, b""
        answer = frames.frame(kind, body)
        if ticket == _TICKETS[frames.HOLD]:
            self._held += answer
        else:
            held, self._held = self._held, b""
            self._connection.sendall(held + answer)
        return None


def work(library: CDLL, connection: socket) -> None:
    """Serve, and leave the process: nothing that a script has left behind can keep it."""
    code = 1
    try:
        Worker(library, connection).serve()
        code = 0
    except MemoryError:
        code = NO_MEMORY
    finally:
        os._exit(code)
