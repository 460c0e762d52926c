"""Every request is answered, under an id of its own, with a line in the access log.

The line holds the method, the path, the status and the time: no query, no content, no key.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import time
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from understudy_server.failures import failure
from understudy_server.origins import Origins

log: Final = logging.getLogger("understudy.access")
_errors: Final = logging.getLogger("understudy.server")
_MAX_PATH: Final = 200
_PROCESS: Final = secrets.token_hex(12).encode()
_numbers: Final = itertools.count(1)


class Access:
    """The outermost layer. What the app raises becomes an answer here, and nowhere else."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer it if that fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        answer = _Answer(send, self._origins.headers(scope))
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = answer.status or 499  # nginx's number for a client that went away
        except Exception as error:
            await _fail(error, scope, receive, answer)
        finally:
            if log.isEnabledFor(logging.INFO):
                _write(scope, answer.status, time.perf_counter() - begin)


class _Answer:
    """What is sent for one request."""

    __slots__ = ("_headers", "_send", "status")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def send(self, message: Message) -> None:
        """Send, with the id in the headers: the SDKs show it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            request_id = b"req_%s%08x" % (_PROCESS, next(_numbers))
            own = (b"x-request-id", request_id)
            message["headers"] = [*message["headers"], own, *self._headers]
        await self._send(message)


async def _fail(error: Exception, scope: Scope, receive: Receive, answer: _Answer) -> None:
    if answer.status:  # too late for a status; the server cuts the connection
        _errors.error("An answer broke off.", exc_info=error)
        return
    await failure(error)(scope, receive, answer.send)


def _write(scope: Scope, status: int, seconds: float) -> None:
    # As it was sent, percent-encoded: nothing in it can begin a line or move the cursor.
    path = scope.get("raw_path", b"").partition(b"?")[0][:_MAX_PATH].decode("ascii", "replace")
    log.info("%s %s %d %.1f ms", scope["method"], path, status, seconds * 1000)
