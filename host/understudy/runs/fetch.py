"""The effect `fetch` as the journal keeps it: the head of the answer, and its body as one text.

Of a body that is sent bit by bit it keeps size and hash: a run that is taken up gives its pieces
once more, and they must be the same.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from understudy.errors import UnderstudyError
from understudy.network.sending import Sending, pieces_of
from understudy.runs.past import diverged

JSON = dict[str, Any]
_HIDDEN: Final = "[not kept]"
_IN_PIECES: Final = "[sent bit by bit]"
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
    """The payload as the journal keeps it: without pieces, and the headers that hold keys."""
    if pieces_of(payload) is not None:
        payload = {**payload, "body": _IN_PIECES}
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


@asynccontextmanager
async def sent_again(
    payload: Mapping[str, Any], value: Any, give_up: Callable[[UnderstudyError], Awaitable[None]]
) -> AsyncIterator[None]:
    """Take pieces that have been sent before, and send them nowhere, as long as the block lasts.

    `value` is what the journal has of the answer: the block begins when as much has been taken as
    had been sent before it came. If that is something else, the run is given up.
    """
    pieces = pieces_of(payload)
    if pieces is None:
        yield
        return
    body = Sending(pieces)
    note = value.get("sent") if isinstance(value, Mapping) else None
    if note is not None and not await _is_the_same(body, note):
        await give_up(diverged("it sends another body with `fetch` than before"))
    rest = asyncio.create_task(_drained(body))
    try:
        yield
    finally:
        rest.cancel()
        await asyncio.wait({rest})


async def _is_the_same(body: Sending, note: JSON) -> bool:
    with suppress(Exception):  # whatever ends it early makes a difference
        while body.size < note["size"] or (note["whole"] and body.size == note["size"]):
            await anext(body)
    return body.note() == note


async def _drained(body: Sending) -> None:
    with suppress(Exception):  # a body that broke off did so before, too
        while not body.is_whole:
            await anext(body)


def only_reads(payload: Mapping[str, Any]) -> bool:
    """Whether the request changes nothing in the world: such a one may be made again."""
    return str(payload.get("method", "GET")).upper() in ("GET", "HEAD")
