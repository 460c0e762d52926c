"""The turns of an isolate: a batch of messages in, an outbox out, one turn at a time."""

from __future__ import annotations

import asyncio
import json
from asyncio import Future
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from understudy.errors import ScriptError
from understudy_v8.calls import describe
from understudy_v8.isolate import Isolate, SyntaxFault
from understudy_v8.messages import Message, read_outbox

# Made once: `json.dumps` makes one in each call that does not want what everybody wants.
_dump = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class Channel:
    """Sends and receives. What arrives during a turn goes with the next one, together.

    `receive` is given each message of an outbox, `rested` is told when a turn has ended and none
    follows, `broken` when the isolate is of no more use.
    """

    def __init__(
        self,
        isolate: Isolate,
        clock: Callable[[], float],
        receive: Callable[[Message], None],
        rested: Callable[[], None],
        broken: Callable[[ScriptError], None],
    ) -> None:
        self._isolate = isolate
        self._clock = clock
        self._receive = receive
        self._rested = rested
        self._broken = broken
        self._inbox: list[dict[str, Any]] = []
        self._notes: list[dict[str, Any]] = []
        self._turn: Future[str] | None = None
        self.error: ScriptError | None = None
        isolate.watch(self.fail)

    def post(self, message: dict[str, Any]) -> None:
        """Send a message: now, or when the turn under way has ended."""
        self._inbox.append(message)
        if self._turn is None and self.error is None:
            self._begin()

    def note(self, message: dict[str, Any]) -> None:
        """Send a message with the next turn, whenever that is."""
        self._notes.append(message)

    async def quiet(self, seconds: float) -> bool:
        """Wait for the turn under way, and those that follow; False if one takes too long."""
        while self._turn is not None and self.error is None:
            done, _ = await asyncio.wait({self._turn}, timeout=seconds)
            if not done:
                return False
        return True

    def fail(self, error: ScriptError) -> None:
        """Take no more messages. The first error counts."""
        if self.error is None:
            self.error = error
            self._broken(error)

    def _begin(self) -> None:
        messages = self._notes + self._inbox
        self._notes, self._inbox = [], []
        try:
            batch = _encode(int(self._clock() * 1000), messages)
        except ScriptError as error:
            self.fail(error)
        else:
            self._turn = self._isolate.post(batch, self._end)

    def _end(self, turn: Future[str]) -> None:
        self._turn = None
        try:
            outbox = read_outbox(turn.result())
        except ScriptError as error:
            return self.fail(error)
        except (ValidationError, SyntaxFault) as error:
            return self.fail(_unreadable(error))
        for message in outbox:
            self._receive(message)
        if self._inbox and self.error is None:
            return self._begin()
        return self._rested()


def _unreadable(error: ValidationError | SyntaxFault) -> ScriptError:
    """Why a turn's messages could not be read: pydantic reads JSON to a depth of 200."""
    if "recursion limit" not in str(error):
        return ScriptError("the script broke the kernel it runs in")
    return ScriptError(
        "the script sent a value that is nested more than about 200 deep",
        hint="Send a flat list, or text.",
    )


def _encode(now: int, messages: list[dict[str, Any]]) -> str:
    try:
        return _dump({"now": now, "messages": messages})
    except (TypeError, ValueError):
        sendable = [_sendable(message) for message in messages]
        return _dump({"now": now, "messages": sendable})


def _sendable(message: dict[str, Any]) -> dict[str, Any]:
    """The message, or what can be said of it if an effect answered with something not JSON."""
    try:
        _dump(message)
    except (TypeError, ValueError) as error:
        if message["type"] != "answer":
            raise ScriptError(f"the host's data cannot be given to a script: {error}") from error
        report = describe(ScriptError("the result is not JSON, so a script cannot have it"))
        return message | {"value": None, "error": report}
    return message
