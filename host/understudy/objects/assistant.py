"""The assistant object: OpenAI's, with Jan's `avatar` and `thread_location`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from understudy.objects.object import Metadata, Object

ONLY_WHAT_IS_SET = ConfigDict(json_schema_serialization_defaults_required=False)


class FunctionDefinition(Object):
    """A function that the model may call. `parameters` is a JSON schema of an object."""

    model_config = ONLY_WHAT_IS_SET

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ToolEntry(Object):
    """One entry of `tools`. `type` is OpenAI's, or the name of an installed tool plugin."""

    model_config = ONLY_WHAT_IS_SET

    type: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    function: FunctionDefinition | None = None

    @model_validator(mode="after")
    def _function_has_definition(self) -> ToolEntry:
        if self.type == "function" and self.function is None:
            raise ValueError('a tool of type "function" needs a "function" with a "name"')
        return self

    def wire(self) -> dict[str, Any]:
        """The entry as JSON, without the keys that its type does not have."""
        return self.model_dump(mode="json", exclude_unset=True)


ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class AssistantFields(BaseModel):
    """What a client says of an assistant. Limits are OpenAI's, in characters."""

    model_config = ConfigDict(defer_build=True)

    name: Annotated[str, StringConstraints(max_length=256)] | None = None
    description: Annotated[str, StringConstraints(max_length=512)] | None = None
    model: str | None = None
    instructions: Annotated[str, StringConstraints(max_length=256_000)] | None = None
    tools: Annotated[list[ToolEntry], Field(max_length=128)] = Field(default_factory=list)
    tool_resources: dict[str, Any] | None = None
    metadata: Metadata = Field(default_factory=dict)
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    response_format: Literal["auto"] | dict[str, Any] | None = None
    reasoning_effort: ReasoningEffort | None = None
    avatar: str | None = None
    thread_location: str | None = None

    def sent(self) -> dict[str, Any]:
        """The fields that were given, as JSON."""
        return self.model_dump(mode="json", exclude_unset=True)


class Assistant(AssistantFields, Object):
    """An assistant, as it is stored in assistant.json and sent by the API.

    `model` None or `"*"` means whichever model there is.
    """

    id: str
    object: Literal["assistant"] = "assistant"
    created_at: int = 0

    def wire(self) -> dict[str, Any]:
        """The assistant as JSON; a tool has only the keys that belong to its type."""
        head = {"id": self.id, "object": self.object, "created_at": self.created_at}
        tools = {"tools": [tool.wire() for tool in self.tools]}
        return head | self.model_dump(mode="json") | tools
