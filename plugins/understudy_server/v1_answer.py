"""An answer whose objects, alone or in a stream, are shown otherwise than they came."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Send

Show = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
_DATA: Final = b"data: {"
_END: Final = b"\n\n"


class Answer:
    """Takes the place of `send`. Errors, and what is no JSON, pass as they are."""

    def __init__(self, send: Send, show: Show) -> None:
        self._send = send
        self._show = show
        self._start: Message = {}
        self._kind = ""
        self._held = b""

    async def __call__(self, message: Message) -> None:
        """Send, or hold back until there is enough to translate."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._kind == "text/event-stream":
            await self._send({**message, "body": await self._events(message)})
        elif self._kind == "application/json":
            await self._json(message)
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        kind = Headers(raw=message["headers"]).get("content-type", "").partition(";")[0]
        self._kind = kind if message["status"] == 200 else ""
        self._start = message
        if self._kind != "application/json":
            await self._send(message)

    async def _json(self, message: Message) -> None:
        self._held += message.get("body", b"")
        if message.get("more_body"):
            return
        body = json.dumps(await self._show(json.loads(self._held))).encode()
        MutableHeaders(scope=self._start)["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})

    async def _events(self, message: Message) -> bytes:
        """The events that have arrived whole."""
        *whole, self._held = (self._held + message.get("body", b"")).split(_END)
        return b"".join([await self._event(event) + _END for event in whole])

    async def _event(self, event: bytes) -> bytes:
        head, mark, data = event.partition(_DATA)
        if not mark:
            return event
        shown = await self._show(json.loads(b"{" + data))
        return head + b"data: " + json.dumps(shown).encode()
