"""What process.js prints: into the log of the run it was printed for, and not without end."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final, cast

from understudy.processes import Caller, LogLevel

MAX_LINE: Final = 4000
MAX_CHARACTERS: Final = 256 * 1024
"""How much is kept of what is printed within `WINDOW_SECONDS`."""
WINDOW_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.02
_LEVELS: Final[dict[LogLevel, int]] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_log = logging.getLogger("understudy.process")


class Logs:
    """The log of one process. `tail` is the end of what it printed past `console`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._callers: dict[str, Caller] = {}
        self._window = 0.0
        self._written = 0
        self.tail = ""

    def attend(self, caller: Caller) -> None:
        """Know a run by its id. The newest is told what is printed for nobody in particular."""
        self._callers.pop(caller.run_id, None)
        self._callers[caller.run_id] = caller

    def forget(self, run_id: str) -> None:
        """The run uses the process no longer. The last one stays: its output may be on the way."""
        if len(self._callers) > 1:
            self._callers.pop(run_id, None)

    def write(self, run_id: str | None, level: LogLevel, text: str) -> bool:
        """Write a line; False if there was too much before."""
        if not self._allows(len(text)):
            return False
        caller = self._addressee(run_id)
        if caller is not None:
            caller.log(level, text[:MAX_LINE])
        else:
            _log.log(_LEVELS[level], "%s: %s", self._name, text[:MAX_LINE])
        return True

    def print(self, level: LogLevel, text: str) -> bool:
        """Write a line that says nothing of its run: the only one's, if there is only one."""
        return self.print_for(None, level, text)

    def print_for(self, run_id: str | None, level: LogLevel, text: str) -> bool:
        """Write a line, and keep it for who asks why the process has ended."""
        self.tail = f"{self.tail}\n{text}"[-MAX_LINE:]
        return self.write(run_id, level, text)

    def _addressee(self, run_id: str | None) -> Caller | None:
        if run_id is not None:
            return self._callers.get(run_id)
        return next(iter(self._callers.values())) if len(self._callers) == 1 else None

    def _allows(self, size: int) -> bool:
        now = time.monotonic()
        if now - self._window > WINDOW_SECONDS:
            self._window, self._written = now, 0
        before, self._written = self._written, self._written + min(size, MAX_LINE) + 1
        if before <= MAX_CHARACTERS < self._written:
            _log.warning("%s prints too much; some of it is left out", self._name)
        return self._written <= MAX_CHARACTERS


class Output(asyncio.Protocol):
    """Reads one of the two streams, line by line, and slowly when there is too much."""

    def __init__(self, logs: Logs, level: LogLevel) -> None:
        self._logs = logs
        self._level: LogLevel = level
        self._rest = b""
        self._transport: asyncio.ReadTransport | None = None
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The pipe is ours."""
        self._transport = cast("asyncio.ReadTransport", transport)

    def data_received(self, data: bytes) -> None:
        """A piece of a line, or many lines."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE * 4:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            if not self._print(line):
                self._wait()
                break

    def connection_lost(self, exc: Exception | None) -> None:
        """The process is gone, or has closed it."""
        if self._rest:
            self._print(self._rest)
        self._transport = None
        if not self.ended.done():
            self.ended.set_result(None)

    def close(self) -> None:
        """Read no more."""
        if self._transport is not None:
            self._transport.close()

    def _print(self, line: bytes) -> bool:
        return self._logs.print(self._level, line[: MAX_LINE * 4].decode(errors="replace").rstrip())

    def _wait(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(_PAUSE_SECONDS, self._go_on, self._transport)

    def _go_on(self, transport: asyncio.ReadTransport) -> None:
        if transport is self._transport:
            transport.resume_reading()
