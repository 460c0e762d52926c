"""A scripted answer on its way: as server-sent events, as one JSON object, or not to its end."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from understudy.testing.chat_answers import Answer


class Cut(ConnectionError):
    """The script says that the connection ends here."""


async def play(answer: Answer, request: web.Request, body: Mapping[str, Any]) -> web.StreamResponse:
    """Send the answer, streamed or whole as the request wants it."""
    if answer.is_silent:
        await _end(answer, request)
    if answer.ending == "done" and not body.get("stream"):
        return web.json_response(_whole(answer, body))
    response = web.StreamResponse(status=answer.status, headers=dict(answer.headers))
    response.content_type = answer.content_type
    await response.prepare(request)
    for piece in answer.pieces:
        if isinstance(piece, threading.Event):
            await _pass(piece)
        else:
            await response.write(_wire(piece, body))
    if answer.ending == "done":
        await response.write(_last_events(answer, body))
    await _end(answer, request)
    await response.write_eof()
    return response


async def _end(answer: Answer, request: web.Request) -> None:
    if answer.ending == "hang":
        await asyncio.Event().wait()  # until the client or the server goes
    if answer.ending == "cut":
        if request.transport is not None:
            request.transport.abort()
        raise Cut


async def _pass(gate: threading.Event) -> None:
    # Not in a thread, which could not be stopped with the server.
    while not gate.is_set():  # noqa: ASYNC110 - the one who sets it has no event loop
        await asyncio.sleep(0.002)


def _wire(piece: dict[str, Any] | bytes, body: Mapping[str, Any]) -> bytes:
    return piece if isinstance(piece, bytes) else _event(_chunk(body, delta=piece))


def _last_events(answer: Answer, body: Mapping[str, Any]) -> bytes:
    last = b""
    if answer.finish_reason:
        last += _event(_chunk(body, delta={}, finish_reason=answer.finish_reason))
    if (body.get("stream_options") or {}).get("include_usage"):
        last += _event({**_chunk(body), "choices": [], "usage": _usage(answer, body)})
    return last + b"data: [DONE]\n\n"


def _event(value: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def _chunk(
    body: Mapping[str, Any],
    *,
    kind: str = "chat.completion.chunk",
    finish_reason: str | None = None,
    **said: Any,
) -> dict[str, Any]:
    choice = {"index": 0, **said, "finish_reason": finish_reason}
    head = {"id": "chatcmpl-test", "object": kind, "created": int(time.time())}
    return {**head, "model": body.get("model"), "choices": [choice]}


def _whole(answer: Answer, body: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    calls: dict[int, dict[str, Any]] = {}
    for piece in answer.pieces:
        for name, value in piece.items() if isinstance(piece, dict) else ():
            if name == "tool_calls":
                _add_call(calls, value[0])
            else:
                message[name] = (message.get(name) or "") + value
    message |= {"tool_calls": list(calls.values())} if calls else {}
    whole = _chunk(
        body, kind="chat.completion", finish_reason=answer.finish_reason, message=message
    )
    return {**whole, "usage": _usage(answer, body)}


def _add_call(calls: dict[int, dict[str, Any]], piece: Mapping[str, Any]) -> None:
    if "id" in piece:
        function = dict(piece["function"])
        calls[piece["index"]] = {"id": piece["id"], "type": "function", "function": function}
    else:
        calls[piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]


def _usage(answer: Answer, body: Mapping[str, Any]) -> Mapping[str, int]:
    prompt, completion = len(json.dumps(body["messages"]).split()), len(answer.pieces)
    counted = {"prompt_tokens": prompt, "completion_tokens": completion}
    return answer.usage or {**counted, "total_tokens": prompt + completion}
