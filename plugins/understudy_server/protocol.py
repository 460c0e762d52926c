"""HTTP as it comes in: what is not HTTP, what comes too slowly, what never ends.

uvicorn waits for a request as long as its client likes, and takes headers of any size; a few
hundred clients that send a byte a minute would use up its connections.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from understudy_server.failures import error_response
from understudy_server.gathering import Gathering

LEAST_BYTES: Final = 1024
"""So much of a request must come in each span of time, until it is there."""
MOST_HEAD_BYTES: Final = 64 * 2**10


class Protocol(HttpToolsProtocol):
    """One connection. `patience`: seconds in which `LEAST_BYTES` of a request must come.

    It is looked at once in so many seconds: a client that stalls is cut within twice the time.
    """

    def __init__(self, *arguments: Any, patience: float, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._patience = patience
        self._watch: asyncio.TimerHandle | None = None
        self._came = 0
        self._head_bytes = 0
        self._in_head = False
        self._is_awaited = True
        self._has_just_begun = True

    # -- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look."""
        super().connection_made(cast("asyncio.Transport", Gathering(transport, self.loop)))
        self._watch = self.loop.call_later(self._patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop looking."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._came += len(data)
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(431, f"The headers are larger than {MOST_HEAD_BYTES >> 10} KB.")

    # -- the request

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_awaited = self._in_head = self._has_just_begun = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._is_awaited = False
        super().on_message_complete()

    # -- what is refused

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        is_slow = self._is_awaited and self._came < LEAST_BYTES and not self.flow.read_paused
        if is_slow and not self._has_just_begun:
            self._refuse(400, "The request came too slowly: nothing more of it is waited for.")
            return
        self._came, self._has_just_begun = 0, False
        self._watch = self.loop.call_later(self._patience, self._look)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self._refuse(400, msg)

    def _refuse(self, status: int, message: str) -> None:
        """Answer, and close the connection: nobody knows where the next request begins."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_answer(status, message))
        self.transport.close()


def _answer(status: int, message: str) -> bytes:
    """In the shape of all other errors."""
    response = error_response(status, message)
    head = b"".join(b"%s: %s\r\n" % header for header in response.raw_headers)
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    return b"%s%sconnection: close\r\n\r\n%s" % (line, head, bytes(response.body))
