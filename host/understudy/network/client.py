"""The client of one assistant: it asks the hosts that have been granted, and no others."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import aiohttp
from yarl import URL

from understudy.errors import Invalid, NetworkError, NotAllowed
from understudy.network.inflating import ACCEPTED, PIECE_BYTES, decoder
from understudy.network.request import Request, read_url
from understudy.network.resolver import CheckedResolver, private
from understudy.network.sending import Sending
from understudy.permissions.hosts import Hosts, address_of

JSON = dict[str, Any]
MAX_ANSWER_BYTES: Final = 16 * 2**20
"""Of a body, decoded. The journal keeps it: a run that is taken up asks nobody twice."""
MAX_REDIRECTS: Final = 20
_AT_ONCE: Final = 32
_TIMES: Final = aiohttp.ClientTimeout(total=600, connect=60, sock_connect=20, sock_read=120)
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
Refuse = Callable[[str, int], NotAllowed]


class Client:
    """Makes requests. Connections are kept for the same assistant only: others may ask others."""

    def __init__(self, hosts: Hosts, refuse: Refuse) -> None:
        """`refuse` makes the error of a host that is not among `hosts`."""
        self._hosts = hosts
        self._refuse = refuse
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, payload: Mapping[str, Any]) -> AsyncIterator[JSON]:
        """Make a request: the head of the answer, then its body in pieces of base64.

        The head is `{status, status_text, headers: [[name, value], …], url, redirected}`, and for
        a body that is sent bit by bit `sent`, what of it had been when the answer came. Raises
        `Invalid`, `NotAllowed`, `NetworkError`.
        """
        first = Request.read(payload)
        with _told(first):
            request, response = await self._answered(first)
            async with response:
                yield _head(first, request, response)
                async for piece in _body(response):
                    yield {"chunk": base64.b64encode(piece).decode()}

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()

    async def _answered(self, request: Request) -> tuple[Request, aiohttp.ClientResponse]:
        """The answer at the end of all redirects, and the request that it is to."""
        for _ in range(MAX_REDIRECTS + 1):
            self._check(request)
            response = await self._send(request)
            target = None if request.redirect == "manual" else _target(response)
            if target is None:
                return request, response
            response.close()
            if request.redirect == "error":
                raise NetworkError(f"{request.origin} redirects, which was to be an error.")
            request = request.redirected(response.status, target)
        raise NetworkError(f"{request.origin} redirects more than {MAX_REDIRECTS} times.")

    def _check(self, request: Request) -> None:
        """Raise `NotAllowed` unless the host is granted; a name's addresses are seen later."""
        if not self._hosts.allow(request.host, request.port):
            raise self._refuse(request.host, request.port)
        address = address_of(request.host)
        if address is not None and not self._hosts.reach(request.host, request.port):
            raise private(request.host, request.host)

    async def _send(self, request: Request) -> aiohttp.ClientResponse:
        headers = list(request.headers)
        if not any(name == "accept-encoding" for name, _ in headers):
            headers.append(("accept-encoding", ACCEPTED))
        if isinstance(request.body, Sending) and request.body.length is not None:
            headers.append(("content-length", str(request.body.length)))
        return await self._opened().request(
            request.method,
            request.url,
            headers=headers,
            data=request.body,
            allow_redirects=False,
        )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            from understudy import __version__

            self._session = aiohttp.ClientSession(
                # No proxy of the environment: it would look names up itself, unchecked.
                trust_env=False,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=_TIMES,
                headers={"User-Agent": f"understudy/{__version__}"},
                skip_auto_headers=("Content-Type",),
                connector=aiohttp.TCPConnector(
                    limit=_AT_ONCE, resolver=CheckedResolver(self._hosts), use_dns_cache=False
                ),
            )
        return self._session


async def _body(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The body, decoded, in pieces. Raises `NetworkError` if it is too long."""
    decode = decoder(response.headers.get("Content-Encoding"))
    total = 0
    async for data in response.content.iter_chunked(PIECE_BYTES):
        for piece in decode.feed(data):
            total += len(piece)
            if total > MAX_ANSWER_BYTES:
                limit = MAX_ANSWER_BYTES >> 20
                raise NetworkError(f"The answer is larger than {limit} MB.")
            yield piece
    decode.finish()


def _head(first: Request, request: Request, response: aiohttp.ClientResponse) -> JSON:
    sent = {"sent": first.body.note()} if isinstance(first.body, Sending) else {}
    return {
        "status": response.status,
        "status_text": response.reason or "",
        "headers": [[name.lower(), value] for name, value in response.headers.items()],
        "url": str(request.url),
        "redirected": request.url != first.url,
        **sent,
    }


def _target(response: aiohttp.ClientResponse) -> URL | None:
    """Where a redirect leads; None if it is none."""
    location = response.headers.get("Location")
    if response.status not in _REDIRECTS or location is None:
        return None
    try:
        return read_url(str(response.url.join(URL(location))))
    except (Invalid, ValueError):
        raise NetworkError("The answer redirects to what is no address.") from None


@contextmanager
def _told(request: Request) -> Iterator[None]:
    """Say what went wrong in words, and without the URL, which may hold a key."""
    try:
        yield
    except TimeoutError:
        raise NetworkError(f"{request.origin} took too long to answer.") from None
    except (aiohttp.ClientError, OSError) as error:
        if isinstance(request.body, Sending) and request.body.failure is not None:
            raise request.body.failure from None
        raise NetworkError(f"{request.origin} cannot be reached: {_reason(error)}.") from None


_REASONS: Final = {
    aiohttp.InvalidURL: "this is the name of no host",
    aiohttp.ClientConnectorDNSError: "there is no such host",
    aiohttp.ClientConnectorCertificateError: "its certificate is not valid",
    aiohttp.ClientConnectorSSLError: "it does not speak TLS as it should",
    aiohttp.ClientPayloadError: "the answer broke off",
    aiohttp.ServerDisconnectedError: "the answer broke off",
    aiohttp.ClientResponseError: "the answer is not HTTP, or its head is too long",
}


def _reason(error: Exception) -> str:
    for kind, reason in _REASONS.items():
        if isinstance(error, kind):
            return reason
    if isinstance(error, aiohttp.ClientConnectorError):
        return (error.os_error.strerror or "nothing answers").lower()
    return type(error).__name__
