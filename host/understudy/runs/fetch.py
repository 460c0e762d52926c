"""The effect `fetch` as the journal keeps it: the head of the answer, and its body as one text."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Final

JSON = dict[str, Any]
_HIDDEN: Final = "[not kept]"
_SECRET: Final = ("authorization", "cookie", "key", "password", "secret", "signature", "token")
"""Headers with such a word in their name are not written down."""


class Answered:
    """Collects the items of one answer."""

    def __init__(self) -> None:
        self._head: JSON = {}
        self._body = bytearray()

    def add(self, item: JSON) -> None:
        """Take in the next item."""
        if "chunk" in item:
            self._body += base64.b64decode(item["chunk"])
        else:
            self._head = item

    def message(self) -> JSON:
        """All of it: the head, and `body` in base64."""
        return {**self._head, "body": base64.b64encode(self._body).decode()}


def as_items(message: JSON) -> Iterator[JSON]:
    """The items that a whole answer could have come in."""
    yield {name: value for name, value in message.items() if name != "body"}
    if message["body"]:
        yield {"chunk": message["body"]}


def recorded(payload: Mapping[str, Any]) -> JSON:
    """The payload as the journal keeps it: without the headers that hold keys."""
    headers = payload.get("headers")
    pairs = list(headers.items()) if isinstance(headers, Mapping) else headers
    if not isinstance(pairs, list):
        return dict(payload)
    return {**payload, "headers": [_shown(pair) for pair in pairs]}


def _shown(pair: Any) -> Any:
    if isinstance(pair, list | tuple) and len(pair) == 2:
        name = str(pair[0]).lower()
        return [pair[0], _HIDDEN if any(word in name for word in _SECRET) else pair[1]]
    return pair


def only_reads(payload: Mapping[str, Any]) -> bool:
    """Whether the request changes nothing in the world: such a one may be made again."""
    return str(payload.get("method", "GET")).upper() in ("GET", "HEAD")
