"""A request as code asks for it, and what becomes of it when it is redirected.

The rules of redirects are those of the Fetch standard, section "HTTP-redirect fetch"; with another
origin, more headers stay behind: any of them may hold a key.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from yarl import URL

from understudy.errors import Invalid, NetworkError
from understudy.network.sending import Sending, pieces_of
from understudy.permissions.hosts import host_of

MAX_BODY_BYTES: Final = 16 * 2**20
_TOKEN: Final = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$"
_NEVER: Final = frozenset(("CONNECT", "TRACE", "TRACK"))
_SAFE_METHODS: Final = frozenset(("GET", "HEAD"))
_OURS: Final = frozenset(
    (
        *("connection", "content-length", "expect", "host", "keep-alive", "te", "trailer"),
        *("transfer-encoding", "upgrade"),
    )
)
"""Headers that belong to the connection: who sets them could smuggle a second request."""
_KEPT_ELSEWHERE: Final = frozenset(
    (
        *("accept", "accept-encoding", "accept-language", "cache-control", "content-language"),
        *("content-type", "if-modified-since", "if-none-match", "range", "user-agent"),
    )
)
"""What another origin is sent, too."""
_OF_BODY: Final = frozenset(
    ("content-encoding", "content-language", "content-location", "content-type")
)

Header = tuple[Annotated[str, StringConstraints(pattern=_TOKEN)], str]


class Asked(BaseModel):
    """The payload of the effect `fetch`. `body` is in base64, or comes in pieces, beside this.

    `length` is that of a body in pieces, in bytes, if it is known.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, defer_build=True)

    url: Annotated[str, StringConstraints(max_length=65_536)]
    method: Annotated[str, StringConstraints(pattern=_TOKEN)] = "GET"
    headers: Annotated[list[Header], Field(max_length=200)] = []
    body: str | None = None
    length: Annotated[int, Field(ge=0)] | None = None
    redirect: Literal["follow", "error", "manual"] = "follow"

    @field_validator("headers", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        return list(value.items()) if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is well formed. Names of headers are in lower case."""

    url: URL
    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | Sending | None
    redirect: Literal["follow", "error", "manual"]

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Self:
        """Read a payload. Raises `Invalid`, in words for who wrote the code."""
        pieces = pieces_of(payload)
        whole = {**payload, "body": None} if pieces is not None else dict(payload)
        try:
            asked = Asked.model_validate(whole)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise Invalid(f"fetch: `{place}`: {first['msg']}.", param=place) from None
        method = asked.method.upper()
        if method in _NEVER:
            raise Invalid(f"fetch: the method {method} is not allowed.", param="method")
        body = _decoded(asked.body) if pieces is None else Sending(pieces, asked.length)
        if body is not None and method in _SAFE_METHODS:
            raise Invalid(f"fetch: a {method} request has no body.", param="body")
        headers = tuple(_checked(asked.headers))
        return cls(read_url(asked.url), method, headers, body, asked.redirect)

    @property
    def host(self) -> str:
        """The host as patterns know it."""
        return host_of(self.url.raw_host or "")

    @property
    def port(self) -> int:
        """The port, named or usual."""
        return self.url.port or 0

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a message may say of a URL, whose rest may hold a key."""
        return str(self.url.origin())

    def redirected(self, status: int, target: URL) -> Request:
        """The request that follows a redirect. Raises `NetworkError` if it cannot be made."""
        if isinstance(self.body, Sending) and status != 303:
            raise NetworkError(
                f"{self.origin} redirects, and a body that was sent bit by bit cannot be sent "
                "again; ask the address that it leads to."
            )
        request = replace(self, url=target)
        if status == 303 and self.method not in _SAFE_METHODS:
            request = request._as_get()
        if status in (301, 302) and self.method == "POST":
            request = request._as_get()
        return request if target.origin() == self.url.origin() else request._for_strangers()

    def _as_get(self) -> Request:
        kept = tuple(pair for pair in self.headers if pair[0] not in _OF_BODY)
        return replace(self, method="GET", body=None, headers=kept)

    def _for_strangers(self) -> Request:
        kept = tuple(pair for pair in self.headers if pair[0] in _KEPT_ELSEWHERE)
        return replace(self, headers=kept)


def read_url(text: str) -> URL:
    """A URL that can be fetched. Raises `Invalid`."""
    try:
        url = URL(text)
        usable = url.scheme in ("http", "https") and bool(url.host) and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Invalid(
            "fetch: `url` must be a whole address, such as https://api.example.com/items.",
            param="url",
        )
    if url.user is not None or url.password is not None:
        raise Invalid(
            "fetch: `url` holds a name or password; send them as a header.",
            param="url",
        )
    return url.with_fragment(None)


def _checked(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, given in headers:
        value = given.strip(" \t\r\n")
        if any(sign in value for sign in "\r\n\0"):
            raise Invalid(f"fetch: the header `{name}` holds a line break.", param="headers")
        if not _is_latin(value):
            raise Invalid(f"fetch: the header `{name}` holds other than Latin-1.", param="headers")
        if name.lower() not in _OURS and not name.lower().startswith(("proxy-", "sec-")):
            yield name.lower(), value


def _is_latin(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _decoded(body: str | None) -> bytes | None:
    if body is None:
        return None
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("fetch: `body` is not base64.", param="body") from None
    if len(data) > MAX_BODY_BYTES:
        limit = MAX_BODY_BYTES >> 20
        raise Invalid(f"fetch: the body is larger than {limit} MB.", param="body")
    return data
