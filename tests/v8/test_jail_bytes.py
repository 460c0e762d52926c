"""What the host does with a worker that says what no worker says: it is ended, with an error."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from understudy.errors import ScriptError
from understudy.runtimes import Limits
from understudy_v8.isolate import SyntaxFault
from understudy_v8.jail.frames import EXHAUSTED, HEADER, THROWN, VALUE, frame
from understudy_v8.jail.jailed import JailedEngine


@dataclass
class Impostor:
    """A process that is none: the test speaks for it."""

    connection: socket.socket
    speaks: socket.socket
    exit: asyncio.Future[int] = field(default_factory=asyncio.Future)
    killed: bool = False

    def kill(self):
        self.killed = True
        if not self.exit.done():
            self.exit.set_result(-9)


def talk(*answers, texts=("1",), asks=True, exit_code=None):
    """What a run ends in if the worker sends these bytes; and whether it was killed."""

    async def scene():
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        impostor = Impostor(ours, theirs)
        engine = JailedEngine(impostor)
        await asyncio.get_running_loop().create_unix_connection(lambda: engine, sock=ours)
        engine.restrict(Limits(turn_seconds=5, memory_bytes=2**20))
        lost = asyncio.Future()
        engine.watch(lost.set_result)
        asked = engine.run(texts) if asks else lost
        with theirs:
            for answer in answers:
                with suppress(ConnectionError):
                    await asyncio.get_running_loop().sock_sendall(theirs, answer)
            if exit_code is not None:
                impostor.exit.set_result(exit_code)
                theirs.close()
            await asyncio.wait({asked})
        usable = engine.usable
        await engine.close()
        return asked, usable, impostor.killed

    asked, usable, killed = asyncio.run(scene())
    assert usable or killed
    if asked.exception() is not None:
        return asked.exception()
    return asked.result()


def test_answers_may_come_in_pieces():
    first, second = frame(VALUE, b"ab"), frame(VALUE, "é".encode())
    both = first + second
    pieces = [both[at : at + 1] for at in range(len(both))]
    assert talk(*pieces, texts=("1", "2")) == ["ab", "é"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (HEADER.pack(2**31, VALUE), "more than 32 MB in one go"),
        (HEADER.pack(0, b"?"), "this is no answer"),
        (frame(VALUE, b"\xff\xfe"), "this is no answer"),
        (frame(VALUE, b"[" * 2**21), "more than 400,000 lists and objects"),
        (frame(THROWN, b"Error: x" * 1000), "broke its engine: Error: x"),
        (frame(EXHAUSTED, b""), "more than 1 MB of memory"),
        (b"GET / HTTP/1.1\r\n\r\n", "in one go"),
    ],
)
def test_a_strange_answer_ends_the_worker(answer, message):
    error = talk(answer)
    assert isinstance(error, ScriptError)
    assert message in str(error)
    assert len(str(error)) < 500


def test_an_answer_that_nobody_asked_for_ends_the_worker():
    error = talk(frame(VALUE, b"[]"), asks=False)
    assert "broke out of its turn" in str(error)


def test_a_second_answer_ends_the_worker_but_not_the_first():
    assert talk(frame(VALUE, b"first") + frame(VALUE, b"second")) == ["first"]


def test_a_syntax_error_is_an_answer():
    fault = talk(frame(THROWN, b"x.js:3: SyntaxError: Unexpected token\n  x y\n    ^\n"))
    assert isinstance(fault, SyntaxFault)
    assert (str(fault), fault.line, fault.column) == ("Unexpected token", 3, 5)


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        (-5, "memory", "more than 1 MB of memory"),
        (-11, "memory", "more than 1 MB of memory"),
        (-24, "time", "ran for 5 s without a pause"),
        (70, "memory", "more than 1 MB of memory"),
        (-9, "error", "has ended: SIGKILL"),
        (-31, "error", "has ended: SIGSYS"),
        (3, "error", "has ended: exit code 3"),
        (-99, "error", "has ended: signal 99"),
    ],
)
def test_the_end_of_a_process_is_told_by_its_cause(code, kind, message):
    error = talk(HEADER.pack(10, VALUE) + b"half", exit_code=code)
    assert error.kind == kind
    assert message in str(error)
