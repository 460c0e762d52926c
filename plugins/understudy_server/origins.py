"""Web pages that may call the server (CORS). None, unless asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

ANY: Final = "*"
_METHODS: Final = b"GET, POST, DELETE"
_HEADERS: Final = b"authorization, content-type, openai-beta"


class Origins:
    """The origins that are let in; `"*"` lets in any."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(origin.rstrip("/").encode() for origin in allowed)
        self._any = ANY.encode() in self._allowed

    def allow(self, origin: bytes) -> bool:
        """Whether a page of that origin may call."""
        return self._any or origin in self._allowed

    def headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """What tells the browser that its page may read the answer."""
        if not self._allowed:
            return []
        sent = dict(scope["headers"])
        origin = sent.get(b"origin")
        if origin is None or not self.allow(origin):
            return [(b"vary", b"origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"x-request-id"),
            (b"vary", b"origin"),
        ]

    def preflight(self, scope: Scope) -> Response | None:
        """The answer to a browser that asks before it calls; None if it is another request."""
        sent = dict(scope["headers"])
        origin = sent.get(b"origin")
        if scope["method"] != "OPTIONS" or origin is None or not self.allow(origin):
            return None
        # The SDK sends a dozen headers of its own from a browser.
        wanted = sent.get(b"access-control-request-headers", _HEADERS)
        response = Response(status_code=204)
        response.raw_headers += [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", wanted),
            (b"access-control-max-age", b"600"),
        ]
        return response
