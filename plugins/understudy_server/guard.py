"""The guard at the door: who may come in, from where, with how much.

A plain ASGI middleware: it costs a few microseconds a request, and streams pass it untouched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from understudy_server.failures import Refused
from understudy_server.keys import Keys
from understudy_server.origins import ANY, Origins

_OPEN: Final = frozenset({"/health", "/openapi.json"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_BODY: Final = 32 * 2**20
MAX_UPLOAD: Final = 512 * 2**20
_MAX_DIGITS: Final = 15
_MAX_REMEMBERED: Final = 64
BETA: Final = "understudy.beta"
"""Where the scope has the header OpenAI-Beta, for all behind the guard."""
_BETAS: Final = frozenset({"assistants=v1", "assistants=v2"})

Headers = Mapping[bytes, bytes]


class Guard:
    """Checks every request before it reaches a route. Raises `Refused`.

    `hosts`: the names that the server answers to, besides the loopback's; a page that makes its
    own name mean 127.0.0.1 is refused by this. `origins`: web pages that may call.
    """

    def __init__(
        self, app: ASGIApp, keys: Keys, *, hosts: Collection[str], origins: Origins
    ) -> None:
        self._app = app
        self._keys = keys
        self._hosts = _LOOPBACK | {_host_name(host) for host in hosts}
        self._origins = origins
        self._answered: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: Headers = dict(scope["headers"])
        self._check_place(headers)
        preflight = self._origins.preflight(scope) if b"origin" in headers else None
        if preflight is not None:
            await preflight(scope, receive, send)
            return
        scope[BETA] = headers.get(b"openai-beta")
        if _path(scope) not in _OPEN:
            self._check_key(headers)
            _check_beta(scope[BETA])
        if scope["method"] not in ("GET", "DELETE"):
            receive = _limited(receive, headers)
        await self._app(scope, receive, send)

    def _check_place(self, headers: Headers) -> None:
        host = headers.get(b"host", b"")
        if host not in self._answered:
            self._check_name(host)
        origin = headers.get(b"origin")
        if origin is not None and not self._origins.allow(origin):
            raise Refused(
                "Web pages may not call this server. `understudy serve --origin ORIGIN` lets them.",
                status=403,
                code="invalid_origin",
            )

    def _check_name(self, host: bytes) -> None:
        name = _host_name(host.decode("latin-1"))
        if ANY in self._hosts:
            return
        if name not in self._hosts:
            raise Refused(
                f"This server does not answer to the name '{name[:100]}'. "
                "`understudy serve --name NAME` lets it.",
                status=403,
                code="invalid_host",
            )
        if len(self._answered) < _MAX_REMEMBERED:  # there is one for each port
            self._answered.add(host)

    def _check_key(self, headers: Headers) -> None:
        sent = headers.get(b"authorization", b"")
        if self._keys.have_accepted(sent):
            return
        scheme, _, key = sent.partition(b" ")
        if scheme.lower() != b"bearer" or not key.strip():
            raise Refused(
                "You didn't provide an API key. Send it as 'Authorization: Bearer KEY'; "
                "`understudy key` shows it.",
                status=401,
            )
        if not self._keys.accepts(key.strip(), sent):
            raise Refused("Incorrect API key provided.", status=401, code="invalid_api_key")


def _path(scope: Scope) -> str:
    """The path below the place where an app of somebody else's has mounted us."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _check_beta(asked: bytes | None) -> None:
    if asked is None:
        return
    for beta in asked.decode("latin-1").split(","):
        if beta.strip().startswith("assistants=") and beta.strip() not in _BETAS:
            raise Refused(
                f"Unknown beta requested: '{beta.strip()[:100]}'. Known: assistants=v1, v2.",
                code="invalid_beta",
            )


def _limited(receive: Receive, headers: Headers) -> Receive:
    """Refuse a body that is too large; a chunked one does not say its length beforehand."""
    is_upload = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
    limit = MAX_UPLOAD if is_upload else MAX_BODY
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > _MAX_DIGITS or int(length) > limit:
        raise _too_large(limit)
    left = limit

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large(limit)
        return message

    return counted


def _too_large(limit: int) -> Refused:
    """A body over the limit. The connection is closed: what is still to come is not read."""
    message = f"The body is larger than {limit >> 20} MB."
    return Refused(message, status=413, code="request_too_large", headers={"connection": "close"})


def _host_name(host: str) -> str:
    """A Host header without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, _, port = host.rpartition(":")
    is_bare_ipv6 = ":" in name
    return (host if is_bare_ipv6 or not name or not port.isdigit() else name).lower()
