"""The server process: when it is ready, how it stops, what it says to bytes that are not HTTP."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from understudy import Host
from understudy_server.failures import error_response

_STOP_SECONDS: Final = 5
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """uvicorn, which stops the host's runs so that every stream gets its last event."""

    def __init__(self, app: Any, host: Host, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                access_log=False,
                log_level="error",
                server_header=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._host = host
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections, and say so."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, end the runs and with them their streams, let requests finish."""
        await asyncio.gather(super().shutdown(sockets), self._host.stop())

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the first signal, die of the second.

        uvicorn's own raises the signal again at the end: the host would not be closed.
        """
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _stop(self, number: int) -> None:
        if self.should_exit:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.should_exit = True


class _Protocol(HttpToolsProtocol):
    """Answers what is not HTTP in the shape of all other errors."""

    def send_400_response(self, msg: str) -> None:
        """Refuse, and close the connection: nobody knows where the next request begins."""
        response = error_response(400, msg)
        head = b"".join(b"%s: %s\r\n" % header for header in response.raw_headers)
        body = bytes(response.body)
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\n%sconnection: close\r\n\r\n%s" % (head, body)
        )
        self.transport.close()
