"""A body that is sent bit by bit: never held as a whole, but counted and hashed as it goes by."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any, Final, Self

from understudy.errors import NetworkError

JSON = dict[str, Any]
MAX_SENT_BYTES: Final = 2**30


class Sending:
    """The pieces of one body. `length` is what the request says that they amount to, in bytes."""

    def __init__(self, pieces: AsyncIterable[bytes], length: int | None = None) -> None:
        self._pieces: AsyncIterator[bytes] = aiter(pieces)
        self._hash = hashlib.sha256()
        self._is_begun = False
        self.length = length
        self.size = 0
        self.is_whole = False
        """Whether its end has been seen."""
        self.failure: Exception | None = None
        """Why it broke off: who sends it is told less."""

    def __aiter__(self) -> Self:
        """Raises `NetworkError` the second time: half a body must not be sent for a whole one."""
        if self._is_begun:
            self.failure = NetworkError(
                "The connection was lost, and the body cannot be sent again."
            )
            raise self.failure
        return self

    async def __anext__(self) -> bytes:
        """The next piece, when it has come. Raises `NetworkError` for too much or too little."""
        self._is_begun = True
        try:
            return self._counted(await anext(self._pieces))
        except StopAsyncIteration:
            self._end()
            raise
        except Exception as error:
            self.failure = error
            raise

    def note(self) -> JSON:
        """What the journal keeps of it: how much has gone by, its hash, whether that is all."""
        return {"size": self.size, "sha256": self._hash.hexdigest(), "whole": self.is_whole}

    def _counted(self, piece: bytes) -> bytes:
        self.size += len(piece)
        if self.size > MAX_SENT_BYTES:
            raise NetworkError(f"The body is larger than {MAX_SENT_BYTES >> 20} MB.")
        if self.length is not None and self.size > self.length:
            raise NetworkError(f"The body has more than the {self.length} bytes that it said.")
        self._hash.update(piece)
        return piece

    def _end(self) -> None:
        if self.length is not None and self.size < self.length:
            self.failure = NetworkError(f"The body ended after {self.size} of {self.length} bytes.")
            raise self.failure
        self.is_whole = True


def pieces_of(payload: Mapping[str, Any]) -> AsyncIterable[bytes] | None:
    """The pieces that the body of a `fetch` comes in; None if it comes as a whole or not at all."""
    body = payload.get("body")
    return body if isinstance(body, AsyncIterable) else None
