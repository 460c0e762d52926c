"""The assistant's own model as OpenAI's API, for packages that know no other.

`fetch` of http://model.understudy/v1 comes here: no key, no permission, no other model. Behind it
is the effect `model`, as if the script had called `run.model.chat`. The format is that of
https://platform.openai.com/docs/api-reference/chat; the others are in own_responses.py and
own_embeddings.py.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from understudy.errors import ModelError, UnderstudyError
from understudy.runs.run import Run
from understudy.streams import closing
from understudy_v8 import own_embeddings, own_responses

JSON = dict[str, Any]
HOST: Final = "model.understudy"
ENVIRONMENT: Final = {"OPENAI_BASE_URL": f"http://{HOST}/v1", "OPENAI_API_KEY": "of-the-assistant"}
"""What a script's `process.env` holds, unless the user has granted it variables of these names."""

_MAX_BODY_BYTES: Final = 16 * 2**20
_NOT_PARAMETERS: Final = frozenset({"model", "stream", "stream_options", "n", "store", "user"})


def is_meant(payload: Mapping[str, Any]) -> bool:
    """Whether the effect `fetch` with this payload is for the assistant's own model."""
    url = payload.get("url")
    return isinstance(url, str) and url.startswith((f"http://{HOST}/", f"https://{HOST}/"))


async def answer(run: Run, payload: Mapping[str, Any], number: int) -> AsyncIterator[JSON]:
    """The answer as the effect `fetch` gives it: the head, then pieces of the body.

    `number` tells the answers of a run apart: LangGraph takes two messages of one id for the same.
    """
    url = str(payload["url"])
    try:
        body = _body(await _text(payload))
        async with closing(_opened(run, url, body, number)) as items:
            async for item in items:
                yield item
    except _Unanswerable as error:
        for item in _refusal(url, str(error), error.status):
            yield item
    except UnderstudyError as error:
        message = f"{error} {error.hint}" if error.hint else str(error)
        for item in _refusal(url, message, _status(error), getattr(error, "param", None)):
            yield item


class _Unanswerable(Exception):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def _opened(run: Run, url: str, body: JSON, number: int) -> AsyncIterator[JSON]:
    path = urlsplit(url).path
    if path == own_embeddings.PATH:
        return _embedded(run, url, body)
    if (dialect := _DIALECTS.get(path)) is None:
        known = " and ".join((", ".join(_DIALECTS), own_embeddings.PATH))
        raise _Unanswerable(f"the assistant's own model answers only {known}", 404)
    return _answered(run, url, body, dialect, number)


async def _embedded(run: Run, url: str, body: JSON) -> AsyncIterator[JSON]:
    whole = await own_embeddings.answer(run, body)
    yield _head(url, 200, "application/json")
    yield _chunk(json.dumps(whole))


async def _answered(
    run: Run, url: str, body: JSON, dialect: _Dialect, number: int
) -> AsyncIterator[JSON]:
    stamp = {
        "id": f"{run.id}-{number}",
        "created": int(time.time()),
        "model": str(body.get("model") or "*"),
    }
    asked = dialect.asked(body)
    if body.get("stream") is not True:
        whole = await run.effect("model", asked)
        yield _head(url, 200, "application/json")
        yield _chunk(json.dumps(dialect.whole(stamp, whole)))
        return
    async with closing(run.stream("model", asked)) as chunks:
        events = dialect.events(stamp, chunks)
        first = await anext(events)
        yield _head(url, 200, "text/event-stream")
        yield _chunk(first)
        async for event in events:
            yield _chunk(event)


def _status(error: UnderstudyError) -> int:
    """One that packages do not try again on: the host has tried already, and they for minutes."""
    status = error.status if isinstance(error, ModelError) else None
    return status if status and 400 <= status < 500 and status not in (408, 409, 429) else 400


async def _events(stamp: JSON, chunks: AsyncIterator[JSON]) -> AsyncIterator[str]:
    start: JSON = {"role": "assistant", "content": ""}
    usage = None
    async for chunk in chunks:
        usage = chunk.get("usage") or usage
        yield _event(stamp, start | _delta(chunk), chunk.get("finish_reason"))
        start = {}
    last = _stamped(stamp, "chat.completion.chunk") | {"choices": [], "usage": usage}
    yield f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n"


def _event(stamp: JSON, delta: JSON, finish_reason: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    event = _stamped(stamp, "chat.completion.chunk") | {"choices": [choice]}
    return f"data: {json.dumps(event)}\n\n"


def _delta(chunk: JSON) -> JSON:
    names = {"text": "content", "refusal": "refusal", "reasoning": "reasoning_content"}
    delta: JSON = {names[name]: chunk[name] for name in names if chunk.get(name)}
    if calls := chunk.get("tool_calls"):
        delta["tool_calls"] = [{"index": call["index"], **_call(call)} for call in calls]
    return delta


def _call(call: Mapping[str, Any]) -> JSON:
    function = {name: call[name] for name in ("name", "arguments") if call.get(name) is not None}
    identity = {"id": call["id"], "type": "function"} if call.get("id") else {}
    return {**identity, "function": function}


def _completion(stamp: JSON, whole: JSON) -> JSON:
    message: JSON = {
        "role": "assistant",
        "content": whole["text"] or None,
        "refusal": whole["refusal"],
    }
    if whole["tool_calls"]:
        message["tool_calls"] = [_call(call) for call in whole["tool_calls"]]
    choice = {"index": 0, "message": message, "finish_reason": whole["finish_reason"]}
    completion = _stamped(stamp, "chat.completion")
    return completion | {"choices": [choice], "usage": whole["usage"]}


def _stamped(stamp: JSON, kind: str) -> JSON:
    return {**stamp, "id": f"chatcmpl-{stamp['id']}", "object": kind}


async def _text(payload: Mapping[str, Any]) -> bytes:
    body = payload.get("body")
    if not isinstance(body, AsyncIterable):
        return base64.b64decode(body or "e30=")
    text = bytearray()
    async for piece in body:
        text += piece
        if len(text) > _MAX_BODY_BYTES:
            raise _Unanswerable(f"the body is larger than {_MAX_BODY_BYTES >> 20} MB", 413)
    return bytes(text)


def _body(text: bytes) -> JSON:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _Unanswerable("the body must be a JSON object", 400)
    return body


def _asked(body: JSON) -> JSON:
    asked = {name: value for name, value in body.items() if name not in _NOT_PARAMETERS}
    if isinstance(messages := asked.get("messages"), list):
        asked["messages"] = [_plain(each) for each in messages]
    return asked


def _plain(message: Any) -> Any:
    """A message in the words that every server knows: LangChain uses some that few do."""
    if not isinstance(message, dict):
        return message
    unknown = "name" if message.get("role") == "tool" else None
    plain = {name: value for name, value in message.items() if name != unknown}
    content = plain.get("content")
    if isinstance(content, list) and all(_is_text(part) for part in content):
        plain["content"] = "".join(part["text"] for part in content)
    return plain


def _is_text(part: Any) -> bool:
    known = isinstance(part, dict) and part.get("type") == "text"
    return known and isinstance(part.get("text"), str)


def _refusal(url: str, message: str, status: int, param: str | None = None) -> tuple[JSON, JSON]:
    error = {"message": message, "type": "understudy_error", "param": param, "code": None}
    return _head(url, status, "application/json"), _chunk(json.dumps({"error": error}))


def _head(url: str, status: int, content_type: str) -> JSON:
    return {"url": url, "status": status, "headers": [["content-type", content_type]]}


def _chunk(text: str) -> JSON:
    return {"chunk": base64.b64encode(text.encode()).decode()}


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a request asks, and how it is answered: as a whole, or as events."""

    asked: Callable[[JSON], JSON]
    whole: Callable[[JSON, JSON], JSON]
    events: Callable[[JSON, AsyncIterator[JSON]], AsyncIterator[str]]


_DIALECTS: Final = {
    "/v1/chat/completions": _Dialect(_asked, _completion, _events),
    "/v1/responses": _Dialect(own_responses.asked, own_responses.whole, own_responses.events),
}
