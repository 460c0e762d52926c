"""The Isolate protocol: a place where JavaScript runs. Text goes in, text comes out.

Nothing else crosses: no object, function or promise of JavaScript is ever held here, since a
script can make each of those hang or crash its holder.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Callable
from typing import Protocol

from understudy.errors import ScriptError
from understudy.runtimes import Limits


class SyntaxFault(Exception):
    """The engine cannot parse a text. `line` and `column` in it count from 1."""

    def __init__(self, message: str, line: int, column: int | None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


Ended = Callable[[Future[str]], None]
Lost = Callable[[ScriptError], None]


class Isolate(Protocol):
    """One heap, with the kernel loaded."""

    layered: bool
    """Whether it has the Web APIs already, from a snapshot."""

    @property
    def usable(self) -> bool:
        """Whether it can take another turn."""
        ...

    def watch(self, lost: Lost) -> None:
        """Have `lost` called if the isolate ends by itself between two turns."""
        ...

    def restrict(self, limits: Limits) -> None:
        """Set the limits, before foreign code comes in."""
        ...

    def define(self, path: str, text: str) -> Future[list[str]]:
        """Compile a module: `text` opens a block and declares `factory` in it.

        Fails with `SyntaxFault`.
        """
        ...

    def check(self, kind: str, body: str) -> Future[list[str]]:
        """Fail with `SyntaxFault` if a module's body does not parse by itself."""
        ...

    def post(self, batch: str, ended: Ended) -> Future[str]:
        """One turn: hand over a batch of messages (JSON); the result is the outbox (JSON).

        `ended` is called with it as soon as it is there, after this has returned.
        Fails with `ScriptError` when a limit was reached; the isolate is then closed.
        """
        ...

    async def close(self) -> None:
        """Stop whatever runs and let go. Returns within seconds."""
        ...


IsolateMaker = Callable[[], Awaitable[Isolate]]


def out_of_time(limits: Limits) -> ScriptError:
    """A turn took too long."""
    return ScriptError(
        f"the script ran for {limits.turn_seconds:g} s without a pause and was stopped",
        kind="time",
        hint="Look for a loop that does not end. Waiting for the model or a tool does not count.",
    )


def out_of_memory(limits: Limits) -> ScriptError:
    """The heap grew too large."""
    return ScriptError(
        f"the script used more than {limits.memory_bytes / 2**20:g} MB of memory and was stopped",
        kind="memory",
        hint="Look for a list or text that only grows.",
    )
