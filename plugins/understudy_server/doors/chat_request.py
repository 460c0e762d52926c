"""`POST /v1/chat/completions`: what clients send."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from understudy.objects import Assistant, CallOptions, FunctionDefinition
from understudy_server.doors.chat_messages import (
    ChatMessage,
    System,
    files_of,
    history_of,
    text_of,
)
from understudy_server.doors.options import call_options
from understudy_server.doors.sent import Sent

JSON = dict[str, Any]
_PARAMETERS = ("stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "verbosity")


class ChatTool(Sent):
    """A function that the client can call."""

    type: Literal["function"]
    function: FunctionDefinition


class FunctionName(Sent):
    """A function by its name."""

    name: str


class NamedChoice(Sent):
    """The function that must be called."""

    type: Literal["function"]
    function: FunctionName


class Format(BaseModel):
    """The form of the answer; its fields go to the model as they are."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: Literal["text", "json_object", "json_schema"]


class StreamOptions(Sent):
    """What a stream tells besides."""

    include_usage: bool | None = None


class CreateChatCompletion(Sent):
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
    functions: list[JSON] | None = None

    @field_validator("max_tokens", "max_completion_tokens", mode="before")
    @classmethod
    def _unlimited(cls, value: Any) -> Any:
        """Some programs write -1 for no limit."""
        return None if value == -1 else value

    @field_validator("functions")
    @classmethod
    def _outdated(cls, value: list[JSON] | None) -> None:
        if value:
            raise ValueError("functions have given way to `tools`; send them there")

    @property
    def wants_usage(self) -> bool:
        """Whether the stream ends with the usage."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def files(self) -> list[str]:
        """The uploaded files that it names."""
        return [file_id for message in self.messages for file_id in files_of(message)]

    def options(self, assistant: Assistant) -> CallOptions:
        """The run that answers it. Raises `Refused`."""
        sent = self.model_dump(exclude_none=True)
        return call_options(
            assistant,
            functions=[tool["function"] for tool in sent.get("tools", ())],
            system=[text_of(each) for each in self.messages if isinstance(each, System)],
            additional_messages=history_of(self.messages).messages(),
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
