"""What is written in one turn of the event loop goes out at once: a system call less for each."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_MOST_BYTES: Final = 64 * 2**10


class Gathering:
    """A transport whose writes are gathered until the event loop turns.

    A head and its body are two writes, and a run begins with seven events: each write of a few
    bytes costs more than all that led to it.
    """

    __slots__ = ("_loop", "_size", "_transport", "_waiting")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        """All else is the transport's own."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send soon; at once, if much waits already."""
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= _MOST_BYTES:
            self._send()

    def close(self) -> None:
        """Send what waits, then close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        waiting, self._waiting, self._size = self._waiting, [], 0
        if waiting and not self._transport.is_closing():
            self._transport.write(b"".join(waiting))
