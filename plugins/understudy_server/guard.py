"""The guard at the door: who may come in, from where, with how much.

A plain ASGI middleware: it costs a few microseconds a request, and streams pass it untouched.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from understudy_server.failures import Refused, failure
from understudy_server.keys import Keys

_OPEN: Final = frozenset({"/health", "/openapi.json"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_BODY: Final = 32 * 2**20
MAX_UPLOAD: Final = 512 * 2**20
_BETAS: Final = frozenset({"assistants=v1", "assistants=v2"})


class Guard:
    """Checks every request before it reaches a route.

    `hosts`: the names that the server answers to, besides the loopback's; a page that makes its
    own name mean 127.0.0.1 is refused by this. `origins`: web pages that may call (CORS).
    """

    def __init__(
        self,
        app: ASGIApp,
        keys: Keys,
        *,
        hosts: Collection[str] = (),
        origins: Collection[str] = (),
    ) -> None:
        self._app = app
        self._keys = keys
        self._hosts = _LOOPBACK | set(hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        marked = _marking(send, self._cors(headers))
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, marked)
            return
        await self._app(scope, _limited(receive, _limit(scope, headers)), marked)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        try:
            self._check_place(headers)
            if scope["method"] == "OPTIONS" and headers.get("origin") in self._origins:
                return Response(status_code=204)
            if scope["path"] not in _OPEN:
                self._check_key(headers)
                _check_beta(headers)
            _check_length(headers, _limit(scope, headers))
        except Refused as error:
            return failure(error)
        return None

    def _check_place(self, headers: Headers) -> None:
        host = _without_port(headers.get("host", ""))
        if "*" not in self._hosts and host not in self._hosts:
            message = f"This server does not answer to the name '{host[:100]}'."
            raise Refused(message, status=403, code="invalid_host")
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins and "*" not in self._origins:
            raise Refused("Web pages may not call this server.", status=403, code="invalid_origin")

    def _check_key(self, headers: Headers) -> None:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Refused(
                "You didn't provide an API key. Send it as 'Authorization: Bearer KEY'; "
                "`understudy key` shows it.",
                status=401,
            )
        if not self._keys.accepts(key.strip()):
            raise Refused("Incorrect API key provided.", status=401, code="invalid_api_key")

    def _cors(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        origin = headers.get("origin")
        if origin is None or not (origin in self._origins or "*" in self._origins):
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-methods", b"GET, POST, DELETE"),
            (b"access-control-allow-headers", b"authorization, content-type, openai-beta"),
            (b"vary", b"origin"),
        ]


def _check_beta(headers: Headers) -> None:
    beta = headers.get("openai-beta")
    if beta is not None and "assistants=" in beta and beta not in _BETAS:
        raise Refused(f"Unknown beta requested: '{beta[:100]}'.", code="invalid_beta")


def _check_length(headers: Headers, limit: int) -> None:
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        raise Refused(f"The body is larger than {limit >> 20} MB.", status=413)


def _limit(scope: Scope, headers: Headers) -> int:
    is_upload = headers.get("content-type", "").startswith("multipart/form-data")
    return MAX_UPLOAD if is_upload else MAX_BODY


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what arrives: a chunked body does not say its length beforehand."""
    left = limit

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise Refused(f"The body is larger than {limit >> 20} MB.", status=413)
        return message

    return counted


def _marking(
    send: Send, headers: list[tuple[bytes, bytes]]
) -> Callable[[Message], Awaitable[None]]:
    """Give every answer an id, errors too: the SDKs show it."""
    request_id = f"req_{secrets.token_hex(16)}".encode()

    async def marked(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-request-id", request_id), *headers]
        await send(message)

    return marked


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
