"""The host's end of a worker. What comes from there is taken for hostile."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio import Future, TimerHandle
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

from understudy.errors import ScriptError
from understudy.runtimes import Limits
from understudy_v8.engine import Then, closed, fault
from understudy_v8.isolate import Lost, out_of_memory, out_of_time
from understudy_v8.jail import frames
from understudy_v8.jail.processes import Process
from understudy_v8.jail.worker import NO_MEMORY

_CLOSE_SECONDS = 1.0
# An answer this large is counted: lists and objects take the host up to 300 bytes each.
_LARGE = 2**20
_PARTS = 400_000
# How V8 ends when it cannot go on; nearly always, it has no more memory. Its libraries (ICU) use
# what they could not allocate.
_CRASHES = ("SIGTRAP", "SIGILL", "SIGABRT", "SIGSEGV")


@dataclass(slots=True, eq=False)
class _Round:
    """Texts that are evaluated in a row, and the answers so far."""

    count: int
    result: Future[list[str]]
    then: Then
    timer: TimerHandle | None = None
    answers: list[str] = field(default_factory=list)
    error: Exception | None = None

    def end(self, error: Exception | None = None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        if self.result.done():
            return
        if error is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(self.answers)
        self.then(self.result)


class JailedEngine(asyncio.Protocol):
    """See `Engine`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._limits = Limits()
        self._rounds: deque[_Round] = deque()
        self._received = bytearray()
        self._closed = False
        self._watcher: Lost = _nobody
        self._lost: Future[None] = self._loop.create_future()

    @property
    def usable(self) -> bool:
        """Whether it can evaluate more."""
        return not (self._closed or self._lost.done())

    def watch(self, lost: Lost) -> None:
        """Have `lost` called if the process ends while it has nothing to do."""
        self._watcher = lost

    def restrict(self, limits: Limits) -> None:
        """Set the limits. The one of memory covers all of it, not the heap alone."""
        self._limits = limits
        if not self._closed:
            body = frames.LIMITS_BODY.pack(limits.memory_bytes, limits.turn_seconds)
            self._transport.write(frames.frame(frames.LIMITS, body))

    def run(self, texts: tuple[str, ...], then: Then | None = None) -> Future[list[str]]:
        """Evaluate in a row. `then` is called right at the end, where a callback would queue."""
        result: Future[list[str]] = self._loop.create_future()
        if self._closed:
            result.set_exception(closed())
            self._loop.call_soon(then or _ignore, result)
            return result
        work = _Round(len(texts), result, then or _ignore)
        work.timer = self._loop.call_later(self._limits.turn_seconds, self._expire, work)
        self._rounds.append(work)
        held = b"".join([frames.frame(frames.HOLD, text.encode()) for text in texts[:-1]])
        self._transport.write(held + frames.frame(frames.EVALUATE, texts[-1].encode()))
        return result

    async def close(self) -> None:
        """Kill the process and wait for its end."""
        self._watcher = _nobody
        self._break(closed())
        ends: list[Future[Any]] = [self._lost, self._process.exit]
        await asyncio.wait(ends, timeout=_CLOSE_SECONDS)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.Protocol`."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        self._received += data
        while len(self._received) >= frames.HEADER.size and not self._closed:
            length, kind = frames.HEADER.unpack_from(self._received)
            end = frames.HEADER.size + length
            if length > frames.ANSWER_LIMIT:
                return self._break(_too_much(f"more than {frames.ANSWER_LIMIT >> 20} MB"))
            if len(self._received) < end:
                return None
            body = bytes(self._received[frames.HEADER.size : end])
            del self._received[:end]
            self._answer(kind, body)
        return None

    def connection_lost(self, _: Exception | None) -> None:
        """Part of `asyncio.Protocol`."""
        if not self._lost.done():
            self._lost.set_result(None)
        self._process.kill()
        self._process.exit.add_done_callback(self._explain_end)

    def _answer(self, kind: bytes, body: bytes) -> None:
        work = self._rounds[0] if self._rounds else None
        if work is None:
            return self._break(ScriptError("the script broke out of its turn and was stopped"))
        if kind == frames.EXHAUSTED:
            return self._break(out_of_memory(self._limits))
        if len(body) > _LARGE and body.count(b"[") + body.count(b"{") > _PARTS:
            return self._break(_too_much(f"more than {_PARTS:,} lists and objects"))
        try:
            self._note(work, kind, body.decode())
        except ValueError:
            return self._break(ScriptError("the script broke its engine: this is no answer"))
        if len(work.answers) == work.count:
            self._settle(work)
        return None

    def _note(self, work: _Round, kind: bytes, text: str) -> None:
        if kind not in (frames.VALUE, frames.THROWN):
            raise ValueError(kind)
        if kind == frames.THROWN and work.error is None:
            work.error = fault(text)
        work.answers.append(text)

    def _settle(self, work: _Round) -> None:
        if isinstance(work.error, ScriptError):
            return self._break(work.error)
        self._rounds.popleft()
        return work.end(work.error)

    def _expire(self, work: _Round) -> None:
        self._break(out_of_time(self._limits), work)

    def _break(self, error: ScriptError, culprit: _Round | None = None) -> None:
        """Kill the process. The culprit, else the round under way, fails with the error."""
        if self._closed:
            return
        self._closed = True
        self._process.kill()
        self._transport.abort()
        rounds = list(self._rounds)
        self._rounds.clear()
        culprit = culprit or (rounds[0] if rounds else None)
        for work in rounds:
            work.end(error if work is culprit else closed())
        if not rounds:
            self._watcher(error)

    def _explain_end(self, exit_: Future[int]) -> None:
        failure = exit_.exception()
        if isinstance(failure, ScriptError):
            self._break(failure)
        else:
            self._break(self._death(exit_.result()))

    def _death(self, code: int) -> ScriptError:
        name = _signal_name(code)
        if name == "SIGXCPU":
            return out_of_time(self._limits)
        if name in _CRASHES or code == NO_MEMORY:
            return out_of_memory(self._limits)
        return ScriptError(f"the script's process has ended: {name or f'exit code {code}'}")


def _signal_name(code: int) -> str | None:
    if code >= 0 or sys.platform == "win32":
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _too_much(what: str) -> ScriptError:
    return ScriptError(f"the script sent {what} in one go and was stopped")


def _nobody(_: ScriptError) -> None:
    """Until someone watches."""


def _ignore(_: Future[list[str]]) -> None:
    """For what is awaited."""
