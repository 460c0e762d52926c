"""What clients send: OpenAI's request objects. Unknown fields are refused, as there."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)

from understudy.objects import AssistantFields, Metadata, Purpose, RunOptions, ToolEntry
from understudy_server.choices import (
    FORMAT_SCHEMA,
    MODE_SCHEMA,
    NAMED_SCHEMA,
    response_format,
    tool_choice,
)
from understudy_server.search_options import check_search

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, defer_build=True)


def _known_here(tool: ToolEntry) -> ToolEntry:
    """`retrieval` is what the API's first version has, and Jan's folders."""
    if tool.type == "retrieval":
        raise ValueError("retrieval came with assistants=v1; here it is file_search")
    if tool.type == "file_search":
        check_search(tool)
    return tool


Tools = Annotated[list[Annotated[ToolEntry, AfterValidator(_known_here)]], Field(max_length=128)]
ResponseFormat = Annotated[
    Literal["auto"] | Annotated[dict[str, Any], WithJsonSchema(FORMAT_SCHEMA)] | None,
    AfterValidator(response_format),
]
ToolChoice = Annotated[
    Annotated[str, WithJsonSchema(MODE_SCHEMA)]
    | Annotated[dict[str, Any], WithJsonSchema(NAMED_SCHEMA)]
    | None,
    AfterValidator(tool_choice),
]


class CreateAssistant(AssistantFields):
    """`POST /assistants`."""

    model_config = STRICT

    model: str
    tools: Tools = Field(default_factory=list)
    response_format: ResponseFormat = None


class ModifyAssistant(AssistantFields):
    """`POST /assistants/{id}`: only the fields that are sent change."""

    model_config = STRICT

    tools: Tools = Field(default_factory=list)
    response_format: ResponseFormat = None


Text = Annotated[str, StringConstraints(min_length=1, max_length=256_000)]


class TextPart(BaseModel):
    """Text."""

    model_config = STRICT
    type: Literal["text"]
    text: Text


class ImageFile(BaseModel):
    """An uploaded image."""

    model_config = STRICT
    file_id: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImageFilePart(BaseModel):
    """An uploaded image, in a message."""

    model_config = STRICT
    type: Literal["image_file"]
    image_file: ImageFile


class ImageURL(BaseModel):
    """An image by its URL."""

    model_config = STRICT
    url: Annotated[str, StringConstraints(min_length=1)]
    detail: Literal["auto", "low", "high"] = "auto"


class ImageURLPart(BaseModel):
    """An image by its URL, in a message."""

    model_config = STRICT
    type: Literal["image_url"]
    image_url: ImageURL


Part = Annotated[TextPart | ImageFilePart | ImageURLPart, Field(discriminator="type")]


class AttachmentTool(BaseModel):
    """Which tool may read an attachment."""

    model_config = STRICT
    type: Literal["file_search", "code_interpreter"]


class Attachment(BaseModel):
    """A file that comes with a message."""

    model_config = STRICT
    file_id: str
    tools: list[AttachmentTool] = Field(default_factory=list)


class CreateMessage(BaseModel):
    """`POST /threads/{id}/messages`."""

    model_config = STRICT
    role: Literal["user", "assistant"]
    content: Text | Annotated[list[Part], Field(min_length=1)]
    attachments: list[Attachment] | None = None
    metadata: Metadata | None = None

    def fields(self) -> dict[str, Any]:
        """The arguments of `Messages.create`."""
        content = self.content
        parts = content if isinstance(content, str) else [part.model_dump() for part in content]
        attachments = [attachment.model_dump() for attachment in self.attachments or ()]
        return {
            "content": parts,
            "role": self.role,
            "attachments": attachments,
            "metadata": self.metadata or {},
        }


class ModifyMetadata(BaseModel):
    """Where only the metadata can be changed."""

    model_config = STRICT
    metadata: Metadata | None = None


class CreateThread(BaseModel):
    """`POST /threads`."""

    model_config = STRICT
    messages: list[CreateMessage] = Field(default_factory=list)
    tool_resources: dict[str, Any] | None = None
    metadata: Metadata | None = None


class ModifyThread(BaseModel):
    """`POST /threads/{id}`."""

    model_config = STRICT
    tool_resources: dict[str, Any] | None = None
    metadata: Metadata | None = None


class CreateRun(RunOptions):
    """`POST /threads/{id}/runs`."""

    model_config = STRICT
    assistant_id: str
    tools: Tools | None = None
    stream: bool | None = None

    additional_messages: list[CreateMessage] | None = None  # type: ignore[assignment]
    response_format: ResponseFormat = None
    tool_choice: ToolChoice = None

    def options(self) -> RunOptions:
        """What the run is made with."""
        sent = self.model_dump(exclude_unset=True, exclude=_NOT_OF_THE_RUN)
        added = [message.fields() for message in self.additional_messages or ()]
        return RunOptions.model_validate(sent | {"additional_messages": added})


_NOT_OF_THE_RUN: Final = {
    "assistant_id",
    "stream",
    "thread",
    "tool_resources",
    "additional_messages",
}


class CreateThreadAndRun(CreateRun):
    """`POST /threads/runs`."""

    thread: CreateThread | None = None
    tool_resources: dict[str, Any] | None = None


class ToolOutput(BaseModel):
    """The output of one call."""

    model_config = STRICT
    tool_call_id: str
    output: str = ""


class SubmitToolOutputs(BaseModel):
    """`POST …/submit_tool_outputs`."""

    model_config = STRICT
    tool_outputs: list[ToolOutput]
    stream: bool | None = None

    @field_validator("tool_outputs")
    @classmethod
    def _each_once(cls, outputs: list[ToolOutput]) -> list[ToolOutput]:
        if len({output.tool_call_id for output in outputs}) < len(outputs):
            raise ValueError("a tool_call_id is there twice")
        return outputs


class FileExpiry(BaseModel):
    """When an upload goes away by itself."""

    model_config = STRICT
    anchor: Literal["created_at"]
    seconds: int = Field(ge=3600, le=2_592_000)


class CreateFile(BaseModel):
    """`POST /files`, beside the file itself."""

    model_config = STRICT
    purpose: Purpose
    expires_after: FileExpiry | None = None
