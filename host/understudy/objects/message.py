"""The message object and its content parts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from understudy.objects.object import Metadata, Object


class TextValue(Object):
    """Text, and the citations in it."""

    value: str
    annotations: list[Any] = Field(default_factory=list)


class TextPart(Object):
    """Text."""

    type: Literal["text"] = "text"
    text: TextValue


class ImageFile(Object):
    """An uploaded image."""

    file_id: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImageFilePart(Object):
    """An uploaded image, in a message."""

    type: Literal["image_file"] = "image_file"
    image_file: ImageFile


class ImageURL(Object):
    """An image somewhere else, or a `data:` URL."""

    url: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImageURLPart(Object):
    """An image by its URL, in a message."""

    type: Literal["image_url"] = "image_url"
    image_url: ImageURL


class RefusalPart(Object):
    """The model's refusal."""

    type: Literal["refusal"] = "refusal"
    refusal: str


class ToolCallsPart(Object):
    """Calls of the client's functions with their outputs, as run steps show them.

    Threads that are led through chat completions or responses hold such parts: there, a call and
    its output are part of the conversation.
    """

    type: Literal["tool_calls"] = "tool_calls"
    tool_calls: list[dict[str, Any]] = Field(min_length=1)


_KNOWN = ("text", "image_file", "image_url", "refusal", "tool_calls")


class OtherPart(Object):
    """A part that only somebody else's files have, such as Jan's `reasoning`. Kept, not sent."""

    type: str = Field(json_schema_extra={"not": {"enum": list(_KNOWN)}})


def _kind(part: Any) -> str:
    kind = part.get("type") if isinstance(part, dict) else getattr(part, "type", None)
    return kind if kind in _KNOWN else "other"


ContentPart = Annotated[
    Annotated[TextPart, Tag("text")]
    | Annotated[ImageFilePart, Tag("image_file")]
    | Annotated[ImageURLPart, Tag("image_url")]
    | Annotated[RefusalPart, Tag("refusal")]
    | Annotated[ToolCallsPart, Tag("tool_calls")]
    | Annotated[OtherPart, Tag("other")],
    Discriminator(_kind),
]


class Attachment(Object):
    """A file that came with a message, and the tools that may read it."""

    file_id: str | None = None
    tools: list[dict[str, Any]] | None = None


_REASONS = ("content_filter", "max_tokens", "run_cancelled", "run_expired", "run_failed")


class IncompleteDetails(Object):
    """Why a message is incomplete. Ours have one of these reasons; Jan's have others."""

    reason: str = Field(json_schema_extra={"enum": list(_REASONS)})


class Message(Object):
    """A message of a thread. Times are Unix seconds."""

    id: str
    object: Literal["thread.message"] = "thread.message"
    created_at: int
    thread_id: str
    status: Literal["in_progress", "incomplete", "completed"] = "completed"
    incomplete_details: IncompleteDetails | None = None
    completed_at: int | None = None
    incomplete_at: int | None = None
    role: Literal["user", "assistant"]
    content: list[ContentPart] = Field(default_factory=list)
    assistant_id: str | None = None
    run_id: str | None = None
    attachments: list[Attachment] | None = None
    metadata: Metadata = Field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text.value for part in self.content if isinstance(part, TextPart))
