"""What a strict chat-completions server accepts. Source: CreateChatCompletionRequest of OpenAI's
document, and the order of messages that it describes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Text = Annotated[str, Field(min_length=1)]
NotNull = str | int | float | bool | dict[str, Any] | list[Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _CalledFunction(_Strict):
    name: Text
    arguments: str


class _Call(_Strict):
    id: Text
    type: Literal["function"]
    function: _CalledFunction


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: Literal["text", "image_url", "input_audio", "file", "refusal"]


_Content = str | Annotated[list[_Part], Field(min_length=1)]


class _Said(_Strict):
    role: Literal["system", "developer", "user"]
    content: _Content
    name: Text = "user"


class _Answered(_Strict):
    role: Literal["assistant"]
    content: _Content | None = None
    refusal: str | None = None
    name: Text = "assistant"
    tool_calls: Annotated[list[_Call], Field(min_length=1)] = []


class _Returned(_Strict):
    role: Literal["tool"]
    tool_call_id: Text
    content: _Content


_Message = Annotated[_Said | _Answered | _Returned, Field(discriminator="role")]


class _Function(_Strict):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    description: str = ""
    parameters: dict[str, Any] = {}
    strict: bool = False


class _Tool(_Strict):
    type: Literal["function"]
    function: _Function


class _Format(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: Literal["text", "json_object", "json_schema"]


class _Request(_Strict):
    model: Text
    messages: Annotated[list[_Message], Field(min_length=1)]
    tools: Annotated[list[_Tool], Field(min_length=1)] = []
    response_format: _Format | None = None
    stream: bool = False


_OTHERS = frozenset(
    [
        "audio",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "metadata",
        "modalities",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "reasoning_effort",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream_options",
        "temperature",
        "tool_choice",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
        "web_search_options",
    ]
)
_ONLY_WITH = {"tool_choice": "tools", "parallel_tool_calls": "tools", "stream_options": "stream"}


def check_request(body: Any) -> str | None:
    """What a strict server would refuse in the body of a request, or None."""
    if not isinstance(body, dict):
        return "the body must be an object"
    nulls = [name for name, value in body.items() if value is None]
    if nulls:
        return f"{nulls[0]}: must not be null"
    try:
        _Request.model_validate({k: v for k, v in body.items() if k not in _OTHERS})
    except ValidationError as error:
        deepest = max(error.errors(include_url=False), key=lambda each: len(each["loc"]))
        return f"{'.'.join(map(str, deepest['loc']))}: {deepest['msg']}"
    return _lonely(body) or _unpaired(body["messages"])


def _lonely(body: Mapping[str, Any]) -> str | None:
    for name, other in _ONLY_WITH.items():
        if name in body and not body.get(other):
            return f"{name}: only allowed when {other} is given"
    return None


def _unpaired(messages: Sequence[Mapping[str, Any]]) -> str | None:
    waiting: list[str] = []
    for place, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return f"messages.{place}: a tool message must answer a call of the message before"
            waiting.remove(message["tool_call_id"])
        elif waiting:
            return f"messages.{place}: the call {waiting[0]} must be answered by a tool message"
        else:
            waiting = [call["id"] for call in message.get("tool_calls", ())]
    if waiting:
        return f"messages: the call {waiting[0]} must be answered by a tool message"
    return None
