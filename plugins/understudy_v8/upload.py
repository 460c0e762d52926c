"""A body that a script sends bit by bit: each piece is answered when it has been taken."""

from __future__ import annotations

import base64
from asyncio import Queue
from collections.abc import Callable
from typing import Self

from understudy.errors import ScriptError
from understudy_v8.messages import Push

Taken = Callable[[int, bool], None]
"""Answers a push by its id: whether more is wanted."""


class Upload:
    """The pieces of one body, as an async iterator. A slow reader holds the script up."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._waiting = Queue[Push]()
        self._read: Push | None = None
        self._is_closed = False

    def push(self, message: Push) -> None:
        """Take in a piece, the end or an error; after `close` it is refused."""
        if self._is_closed:
            self._taken(message.id, False)
        else:
            self._waiting.put_nowait(message)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next piece; the one before is answered now. Raises `ScriptError` if it broke off."""
        self._answer(True)
        if self._is_closed:
            raise ScriptError("the stream was closed", kind="cancelled")
        self._read = message = await self._waiting.get()
        if message.error is not None:
            self.close()
            raise ScriptError(f"the body broke off: {message.error[:500]}")
        if message.chunk is None:
            self._answer(True)
            self.close()
            raise StopAsyncIteration
        return _decoded(message.chunk)

    def close(self) -> None:
        """Want no more: what is pushed, and what waits, is refused."""
        self._is_closed = True
        self._answer(False)
        while not self._waiting.empty():
            self._taken(self._waiting.get_nowait().id, False)

    def _answer(self, more: bool) -> None:
        if self._read is not None:
            message, self._read = self._read, None
            self._taken(message.id, more)


def _decoded(chunk: str) -> bytes:
    try:
        return base64.b64decode(chunk, validate=True)
    except ValueError:
        raise ScriptError("a piece of the body is not base64") from None
