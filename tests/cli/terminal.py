"""A program on a pseudo-terminal, and somebody who types and reads there."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

WAIT = 90
# Opened by the leader of a new session, the terminal becomes the one that Ctrl-C belongs to.
_ON_TERMINAL = 'tty=$1; shift; exec "$@" <"$tty" >"$tty" 2>&1'


class Terminal:
    """Starts the program. What it prints comes in by `expect`; `seen` is all of it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.seen = ""
        self._master, slave = pty.openpty()
        script = ["sh", "-c", _ON_TERMINAL, "sh", os.ttyname(slave), *command]
        self._process = subprocess.Popen(script, env=dict(environment), start_new_session=True)
        self._slave = slave
        self._read = 0

    def expect(self, text: str, within: float = WAIT) -> str:
        """Wait until the text is printed; returns what came before it since the last time."""
        deadline = time.monotonic() + within
        while (found := self.seen.find(text, self._read)) < 0:
            ready, _, _ = select.select([self._master], [], [], 0.1)
            assert ready or time.monotonic() < deadline, f"{text!r} did not come: {self.seen!r}"
            assert ready or self._process.poll() is None, f"it ended before {text!r}: {self.seen!r}"
            if ready:
                self.seen += os.read(self._master, 65536).decode()
        before, self._read = self.seen[self._read : found], found + len(text)
        return before

    def type(self, text: str) -> None:
        """Type something; a line ends with Enter, `\\n`."""
        os.write(self._master, text.encode())

    def press_ctrl_c(self) -> None:
        """Interrupt what runs."""
        self.type("\x03")

    def interrupt_until(self, text: str) -> None:
        """Press Ctrl-C at a question, until the text is printed.

        Python loses a signal that comes just before it begins to read: then it is pressed again.
        """
        while self._process.poll() is None:
            self.press_ctrl_c()
            with suppress(AssertionError):
                self.expect(text, within=2)
                return

    def interrupt(self) -> int:
        """Press Ctrl-C at a question, until the program ends; returns the exit code."""
        while True:
            self.press_ctrl_c()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
                return self.wait()

    def press_ctrl_d(self) -> None:
        """End the input."""
        self.type("\x04")

    def wait(self) -> int:
        """Wait for the end of the program; returns its exit code."""
        code = self._process.wait(WAIT)
        while select.select([self._master], [], [], 0)[0]:
            self.seen += os.read(self._master, 65536).decode()
        return code

    def close(self) -> None:
        """Kill the program if it still runs."""
        self._process.kill()
        self._process.wait()
        os.close(self._slave)
        os.close(self._master)
