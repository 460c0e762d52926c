"""The body of a request: chat-completions vocabulary and nothing else, since strict servers
refuse the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from understudy.errors import ModelError
from understudy.models import ChatRequest

_ONLY_WITH_TOOLS = ("tool_choice", "parallel_tool_calls")


def request_body(request: ChatRequest, model: str, *, with_usage: bool) -> bytes:
    """The JSON of a streamed request. Raises `ModelError` if it cannot be written as JSON."""
    body = {**_parameters(request), "model": model, "stream": True}
    body["messages"] = [_message(message) for message in request.messages]
    if request.tools:
        body["tools"] = [_without_none(tool) for tool in request.tools]
    if with_usage:
        body["stream_options"] = {"include_usage": True}
    try:
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelError(
            f"the request to the model cannot be written as JSON: {error}.",
            kind="refused",
            hint="Messages, tools and parameters may hold text, finite numbers, lists and objects.",
        ) from None


def _parameters(request: ChatRequest) -> dict[str, Any]:
    values = {name: value for name, value in request.parameters.items() if value is not None}
    values.pop("stream_options", None)
    if values.get("response_format") == "auto":
        del values["response_format"]
    if not request.tools:
        for name in ("tools", *_ONLY_WITH_TOOLS):
            values.pop(name, None)
    return values


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    # A null content is right beside tool calls, and some chat templates miss it otherwise.
    return {k: v for k, v in message.items() if v is not None or k == "content"}


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(value.get("function"), Mapping):
        function = {k: v for k, v in value["function"].items() if v is not None}
        return {**value, "function": function}
    return value
