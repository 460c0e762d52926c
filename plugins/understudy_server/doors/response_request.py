"""`POST /v1/responses`: what clients send."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from understudy.objects import Assistant, CallOptions, FunctionDefinition, Metadata
from understudy_server.doors.history import History
from understudy_server.doors.input_items import (
    Input,
    add_items,
    files_of,
    system_texts,
)
from understudy_server.doors.options import call_options
from understudy_server.doors.sent import Sent

JSON = dict[str, Any]
_KEPT = ("model", "instructions", "previous_response_id", "background", "truncation", "user")
"""What the run has no field for, and the response shows."""


class FunctionTool(FunctionDefinition):
    """A function that the client can call. The assistant's own tools are always there."""

    type: Literal["function"]


class NamedChoice(Sent):
    """The function that must be called."""

    type: Literal["function"]
    name: str


class Format(BaseModel):
    """The form of the answer; the fields of a JSON schema lie beside its type."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: Literal["text", "json_object", "json_schema"]


class TextOptions(Sent):
    """What the text of the answer is like."""

    format: Format | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class Reasoning(Sent):
    """How much the model thinks."""

    effort: str | None = None


class ConversationId(Sent):
    """A conversation by its id."""

    id: str


class CreateResponse(Sent):
    """The request."""

    model: Annotated[str, StringConstraints(min_length=1)]
    input: Input = Field(default_factory=list)
    instructions: str | None = None
    previous_response_id: str | None = None
    conversation: str | ConversationId | None = None
    store: bool | None = None
    stream: bool | None = None
    background: bool | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    metadata: Metadata | None = None
    reasoning: Reasoning | None = None
    text: TextOptions | None = None
    tools: Annotated[list[FunctionTool], Field(max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedChoice | None = None
    parallel_tool_calls: bool | None = None
    truncation: Literal["auto", "disabled"] | None = None
    user: str | None = None

    @model_validator(mode="after")
    def _one_past(self) -> CreateResponse:
        if self.conversation is not None and self.previous_response_id is not None:
            raise ValueError("give `previous_response_id` or `conversation`, not both")
        if self.background and self.store is False:
            raise ValueError("a response in the `background` is fetched later: it must be stored")
        return self

    @property
    def conversation_id(self) -> str | None:
        """The conversation that it goes on with."""
        given = self.conversation
        return given.id if isinstance(given, ConversationId) else given

    def files(self) -> list[str]:
        """The uploaded files that it names."""
        return [file_id for item in self.input for file_id in files_of(item)]

    def options(self, assistant: Assistant, calls: list[JSON], system: list[str]) -> CallOptions:
        """The run that answers it. Raises `Refused`.

        `calls` are those that the assistant made last, `system` what earlier items said to it.
        """
        history = History("input", calls)
        add_items(history, self.input)
        told = [*system, *system_texts(self.input)]
        return call_options(
            assistant,
            functions=[tool.model_dump(exclude={"type"}) for tool in self.tools or ()],
            system=[self.instructions or "", *told],
            additional_messages=history.messages(),
            max_completion_tokens=self.max_output_tokens,
            origin=self._origin(told),
            temperature=self.temperature,
            top_p=self.top_p,
            metadata=self.metadata,
            parallel_tool_calls=self.parallel_tool_calls,
            reasoning_effort=self.reasoning.effort if self.reasoning else None,
            tool_choice=_tool_choice(self.tool_choice),
            response_format=_response_format(self.text),
            parameters=_parameters(self.text),
        )

    def _origin(self, told: list[str]) -> JSON:
        sent = self.model_dump(include=set(_KEPT), exclude_none=True)
        stored = {"store": self.store is not False}
        return {**sent, **stored, "system": told, "conversation": self.conversation_id}


def _tool_choice(choice: str | NamedChoice | None) -> str | JSON | None:
    """The choice as runs and chat completions write it."""
    if isinstance(choice, NamedChoice):
        return {"type": "function", "function": {"name": choice.name}}
    return choice


def _response_format(text: TextOptions | None) -> JSON | None:
    """The format as runs and chat completions write it."""
    if text is None or text.format is None:
        return None
    fields = text.format.model_dump()
    kind = fields.pop("type")
    return {"type": kind, kind: fields} if kind == "json_schema" else {"type": kind}


def _parameters(text: TextOptions | None) -> JSON:
    return {"verbosity": text.verbosity} if text and text.verbosity else {}
