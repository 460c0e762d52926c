"""The assistant's own model in the words of OpenAI's Responses API, which newer packages speak.

The format is that of https://platform.openai.com/docs/api-reference/responses. Nothing is stored:
each request has its whole input.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from understudy.errors import Invalid

JSON = dict[str, Any]
_SAME = ("temperature", "top_p", "top_logprobs", "parallel_tool_calls", "seed")
_STORED = ("previous_response_id", "conversation", "prompt")


def asked(body: JSON) -> JSON:
    """What the model is asked, as the effect `model` has it. Raises `Invalid`."""
    for name in _STORED:
        if body.get(name) is not None:
            raise Invalid(f"`{name}` names something stored, and nothing is: send all as `input`.")
    payload: JSON = {name: body[name] for name in _SAME if body.get(name) is not None}
    payload["messages"] = _messages(body)
    if tools := body.get("tools"):
        if not isinstance(tools, list):
            raise Invalid("`tools` must be a list.")
        payload["tools"] = [_tool(tool) for tool in tools]
    choice = body.get("tool_choice")
    if choice is not None:
        payload["tool_choice"] = choice if isinstance(choice, str) else _function(choice, ("name",))
    if body.get("max_output_tokens") is not None:
        payload["max_completion_tokens"] = body["max_output_tokens"]
    return payload | _format(body) | _effort(body)


def whole(stamp: JSON, answer: JSON) -> JSON:
    """The answer to a request without `stream`."""
    output = [_message(stamp, answer["text"])] if answer["text"] else []
    output += [_call(stamp, at, call) for at, call in enumerate(answer["tool_calls"])]
    return _response(stamp, output, answer.get("finish_reason"), answer.get("usage"))


async def events(stamp: JSON, chunks: AsyncIterator[JSON]) -> AsyncIterator[str]:
    """The answer bit by bit, as server-sent events."""
    telling, reason, usage = _Telling(stamp), None, None
    yield telling.start()
    async for chunk in chunks:
        reason = chunk.get("finish_reason") or reason
        usage = chunk.get("usage") or usage
        for event in telling.add(chunk):
            yield event
    for event in telling.end(reason, usage):
        yield event


class _Telling:
    """Tells of each item of the output when it begins, grows and ends."""

    def __init__(self, stamp: JSON) -> None:
        self._stamp = stamp
        self._told = 0
        self._output: list[JSON] = []
        self._text: JSON | None = None
        self._calls: dict[int, JSON] = {}

    def start(self) -> str:
        response = _response(self._stamp, [], None, None) | {"status": "in_progress"}
        return self._event("response.created", response=response)

    def add(self, chunk: JSON) -> Iterator[str]:
        if chunk.get("text"):
            yield from self._say(chunk["text"])
        for delta in chunk.get("tool_calls") or ():
            yield from self._grow(delta)

    def end(self, reason: str | None, usage: JSON | None) -> Iterator[str]:
        for item in self._output:
            yield from self._close(item)
        response = _response(self._stamp, self._output, reason, usage)
        yield self._event(f"response.{response['status']}", response=response)

    def _say(self, text: str) -> Iterator[str]:
        if self._text is None:
            item = _message(self._stamp, "")
            self._text = item["content"][0]
            yield self._open(item | {"content": [], "status": "in_progress"}, item)
            yield self._of_text(item, "response.content_part.added", part=self._text)
        self._text["text"] += text
        item = next(item for item in self._output if item["type"] == "message")
        yield self._of_text(item, "response.output_text.delta", delta=text, logprobs=[])

    def _grow(self, delta: JSON) -> Iterator[str]:
        call = self._calls.get(delta["index"])
        if call is None:
            call = _call(self._stamp, delta["index"], {**delta, "arguments": ""})
            self._calls[delta["index"]] = call
            yield self._open(call | {"status": "in_progress"}, call)
        if arguments := delta.get("arguments"):
            call["arguments"] += arguments
            yield self._of(call, "response.function_call_arguments.delta", delta=arguments)

    def _close(self, item: JSON) -> Iterator[str]:
        if item["type"] == "message":
            (part,) = item["content"]
            done = {"text": part["text"], "logprobs": []}
            yield self._of_text(item, "response.output_text.done", **done)
            yield self._of_text(item, "response.content_part.done", part=part)
        else:
            said = {"name": item["name"], "arguments": item["arguments"]}
            yield self._of(item, "response.function_call_arguments.done", **said)
        at = self._output.index(item)
        yield self._event("response.output_item.done", output_index=at, item=item)

    def _open(self, shown: JSON, item: JSON) -> str:
        self._output.append(item)
        at = len(self._output) - 1
        return self._event("response.output_item.added", output_index=at, item=shown)

    def _of(self, item: JSON, kind: str, **fields: Any) -> str:
        place = {"item_id": item["id"], "output_index": self._output.index(item)}
        return self._event(kind, **place, **fields)

    def _of_text(self, item: JSON, kind: str, **fields: Any) -> str:
        return self._of(item, kind, content_index=0, **fields)

    def _event(self, kind: str, **fields: Any) -> str:
        event = {"type": kind, "sequence_number": self._told, **fields}
        self._told += 1
        return f"event: {kind}\ndata: {json.dumps(event)}\n\n"


def _messages(body: JSON) -> list[JSON]:
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list):
        raise Invalid("`input` must be a text or a list of items.")
    said = body.get("instructions")
    messages: list[JSON] = [{"role": "system", "content": said}] if said else []
    for at, item in enumerate(items):
        kind = item.get("type", "message") if isinstance(item, dict) else None
        take = _ITEMS.get(str(kind))
        if take is None:
            raise Invalid(
                f"`input[{at}]` is no item that can be told to the assistant's own model."
            )
        take(item, messages)
    return messages


def _take_message(item: JSON, messages: list[JSON]) -> None:
    role = "system" if item.get("role") == "developer" else item.get("role")
    content = item.get("content")
    if isinstance(content, list):
        content = [_part(part) for part in content]
    messages.append({"role": role, "content": content})


def _take_call(item: JSON, messages: list[JSON]) -> None:
    # What a model asked for at once is one message of it.
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    call = {"id": item.get("call_id"), "type": "function", "function": function}
    messages[-1].setdefault("tool_calls", []).append(call)


def _take_output(item: JSON, messages: list[JSON]) -> None:
    output = item.get("output")
    text = output if isinstance(output, str) else json.dumps(output)
    messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": text})


_ITEMS: dict[str, Callable[[JSON, list[JSON]], None]] = {
    "message": _take_message,
    "function_call": _take_call,
    "function_call_output": _take_output,
    "reasoning": lambda _item, _messages: None,
}


def _part(part: Any) -> JSON:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in {"input_text", "output_text"}:
        return {"type": "text", "text": part.get("text")}
    if kind == "refusal":
        return {"type": "text", "text": part.get("refusal")}
    if kind == "input_image" and part.get("image_url"):
        return {"type": "image_url", "image_url": {"url": part["image_url"]}}
    raise Invalid(f"content of the type {kind!r} cannot be told to the assistant's own model.")


def _tool(tool: Any) -> JSON:
    return _function(tool, ("name", "description", "parameters", "strict"))


def _function(given: Any, names: tuple[str, ...]) -> JSON:
    if not isinstance(given, dict) or given.get("type") != "function":
        raise Invalid("the assistant's own model has only tools of the type `function`.")
    function = {name: given[name] for name in names if given.get(name) is not None}
    return {"type": "function", "function": function}


def _format(body: JSON) -> JSON:
    wanted = _object(body, "text").get("format") or {"type": "text"}
    if not isinstance(wanted, dict):
        raise Invalid("`text.format` must be an object.")
    if wanted.get("type") == "text":
        return {}
    if wanted.get("type") != "json_schema":
        return {"response_format": {"type": wanted.get("type")}}
    schema = {name: value for name, value in wanted.items() if name != "type"}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _effort(body: JSON) -> JSON:
    effort = _object(body, "reasoning").get("effort")
    return {} if effort is None else {"reasoning_effort": effort}


def _object(body: JSON, name: str) -> JSON:
    given = body.get(name)
    if given is not None and not isinstance(given, dict):
        raise Invalid(f"`{name}` must be an object.")
    return given or {}


def _message(stamp: JSON, text: str) -> JSON:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    fields = {"type": "message", "id": f"msg_{stamp['id']}", "status": "completed"}
    return {**fields, "role": "assistant", "content": [part]}


def _call(stamp: JSON, at: int, call: Mapping[str, Any]) -> JSON:
    fields = {"type": "function_call", "id": f"fc_{stamp['id']}_{at}", "status": "completed"}
    said = {"call_id": call.get("id"), "name": call.get("name"), "arguments": call["arguments"]}
    return fields | said


def _response(stamp: JSON, output: list[JSON], reason: str | None, usage: JSON | None) -> JSON:
    cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reason or "")
    return {
        "id": f"resp_{stamp['id']}",
        "object": "response",
        "created_at": stamp["created"],
        "model": stamp["model"],
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": cut} if cut else None,
        "error": None,
        "output": output,
        "usage": usage and _usage(usage),
    }


def _usage(usage: JSON) -> JSON:
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    thought = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens", 0)
    return {
        "input_tokens": usage.get("prompt_tokens", 0),
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": usage.get("completion_tokens", 0),
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": usage.get("total_tokens", 0),
    }
