"""`POST /v1/chat/completions`: what clients send.

Fields that OpenAI does not know are let pass: chat programs send some of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from understudy.objects import Assistant, CallOptions, FunctionDefinition
from understudy_server.doors.history import History
from understudy_server.doors.options import call_options

JSON = dict[str, Any]
_PARAMETERS = ("stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "verbosity")


class _Sent(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class Text(_Sent):
    """Text."""

    type: Literal["text"]
    text: str


class Refusal(_Sent):
    """The assistant's refusal."""

    type: Literal["refusal"]
    refusal: str


class ImageURL(_Sent):
    """An image by its URL, which may be a `data:` URL."""

    url: Annotated[str, StringConstraints(min_length=1)]
    detail: Literal["auto", "low", "high"] = "auto"


class Image(_Sent):
    """An image."""

    type: Literal["image_url"]
    image_url: ImageURL


class FileId(_Sent):
    """An uploaded file."""

    file_id: str


class FilePart(_Sent):
    """A file for the assistant's tools."""

    type: Literal["file"]
    file: FileId


Texts = str | list[Text]
UserPart = Annotated[Text | Image | FilePart, Field(discriminator="type")]
SaidPart = Annotated[Text | Refusal, Field(discriminator="type")]


class System(_Sent):
    """Instructions besides the assistant's own."""

    role: Literal["system", "developer"]
    content: Texts


class User(_Sent):
    """What the user says."""

    role: Literal["user"]
    content: str | list[UserPart]


class CalledFunction(_Sent):
    """A function with its arguments, verbatim."""

    name: str
    arguments: str


class Call(_Sent):
    """A call that the assistant made."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class Said(_Sent):
    """What the assistant said before."""

    role: Literal["assistant"]
    content: str | list[SaidPart] | None = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None


class Output(_Sent):
    """What a call gave."""

    role: Literal["tool"]
    tool_call_id: str
    content: Texts


ChatMessage = Annotated[System | User | Said | Output, Field(discriminator="role")]


class ChatTool(_Sent):
    """A function that the client can call."""

    type: Literal["function"]
    function: FunctionDefinition


class FunctionName(_Sent):
    """A function by its name."""

    name: str


class NamedChoice(_Sent):
    """The function that must be called."""

    type: Literal["function"]
    function: FunctionName


class Format(BaseModel):
    """The form of the answer; its fields go to the model as they are."""

    model_config = ConfigDict(extra="allow")

    type: Literal["text", "json_object", "json_schema"]


class StreamOptions(_Sent):
    """What a stream tells besides."""

    include_usage: bool | None = None


class CreateChatCompletion(_Sent):
    """The request."""

    model: Annotated[str, StringConstraints(min_length=1)]
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    response_format: Format | None = None
    reasoning_effort: str | None = None
    tools: Annotated[list[ChatTool], Field(max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedChoice | None = None
    parallel_tool_calls: bool | None = None
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    seed: int | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    logit_bias: dict[str, float] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    n: Literal[1] | None = None
    logprobs: Literal[False] | None = None
    modalities: list[Literal["text"]] | None = None

    @field_validator("max_tokens", "max_completion_tokens", mode="before")
    @classmethod
    def _unlimited(cls, value: Any) -> Any:
        """Some programs write -1 for no limit."""
        return None if value == -1 else value

    @property
    def wants_usage(self) -> bool:
        """Whether the stream ends with the usage."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def files(self) -> list[str]:
        """The uploaded files that it names."""
        said = [message for message in self.messages if isinstance(message, User)]
        return [file_id for message in said for file_id in _files(message.content)]

    def options(self, assistant: Assistant) -> CallOptions:
        """The run that answers it. Raises `Refused`."""
        sent = self.model_dump(exclude_none=True)
        return call_options(
            assistant,
            functions=[tool["function"] for tool in sent.get("tools", ())],
            system=[_text(each.content) for each in self.messages if isinstance(each, System)],
            additional_messages=_history(self.messages).messages(),
            max_completion_tokens=self.max_completion_tokens or self.max_tokens,
            parameters={name: sent[name] for name in _PARAMETERS if name in sent},
            origin={"api": "chat.completions"},
            **{name: sent.get(name) for name in _OF_RUNS},
        )


_OF_RUNS = (
    "temperature",
    "top_p",
    "response_format",
    "reasoning_effort",
    "tool_choice",
    "parallel_tool_calls",
)


def _history(messages: Sequence[ChatMessage]) -> History:
    history = History("messages")
    for message in messages:
        match message:
            case User():
                parts, files = _user_parts(message.content), _files(message.content)
                history.say("user", parts, files)
            case Said():
                _add_said(history, message)
            case Output():
                history.answer(message.tool_call_id, _text(message.content))
    return history


def _add_said(history: History, message: Said) -> None:
    content = message.content or []
    texts = [Text(type="text", text=content)] if isinstance(content, str) else content
    parts = [part.model_dump() for part in texts]
    if message.refusal:
        parts.append({"type": "refusal", "refusal": message.refusal})
    history.say("assistant", parts)
    for call in message.tool_calls or ():
        history.call(call.id, call.function.name, call.function.arguments)


def _user_parts(content: str | Sequence[UserPart]) -> list[JSON]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part.model_dump() for part in content if not isinstance(part, FilePart)]


def _files(content: str | Sequence[UserPart]) -> list[str]:
    return [part.file.file_id for part in content if isinstance(part, FilePart)]


def _text(content: Texts) -> str:
    return content if isinstance(content, str) else "".join(part.text for part in content)
