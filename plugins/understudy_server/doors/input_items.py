"""Input items of responses and conversations, as clients send them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from understudy_server.doors.history import History
from understudy_server.doors.sent import Sent, or_text

JSON = dict[str, Any]


class TextPart(Sent):
    """Text, of either side."""

    type: Literal["input_text", "output_text", "text"]
    text: str


class RefusalPart(Sent):
    """The assistant's refusal."""

    type: Literal["refusal"]
    refusal: str


class ImagePart(Sent):
    """An image: uploaded, or by its URL."""

    type: Literal["input_image"]
    image_url: str | None = None
    file_id: str | None = None
    detail: Literal["auto", "low", "high"] | None = None


class FilePart(Sent):
    """An uploaded file for the assistant's tools."""

    type: Literal["input_file"]
    file_id: str


Part = Annotated[TextPart | RefusalPart | ImagePart | FilePart, Field(discriminator="type")]


class MessageItem(Sent):
    """A message."""

    type: Literal["message"] = "message"
    role: Literal["user", "assistant", "system", "developer"]
    content: Annotated[list[Part], or_text(list[Part])]


class CallItem(Sent):
    """A call that the assistant made."""

    type: Literal["function_call"]
    call_id: str
    name: str
    arguments: str


class OutputItem(Sent):
    """What a call gave."""

    type: Literal["function_call_output"]
    call_id: str
    output: Annotated[list[TextPart], or_text(list[TextPart])]


class ReasoningItem(Sent):
    """What the model thought: clients send it back with the rest. It is not told again."""

    type: Literal["reasoning"]


def _as_items(given: Any) -> Any:
    """Text is what the user says."""
    return [{"role": "user", "content": given}] if isinstance(given, str) else given


def _kind(item: Any) -> Any:
    return item.get("type", "message") if isinstance(item, dict) else getattr(item, "type", None)


InputItem = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[CallItem, Tag("function_call")]
    | Annotated[OutputItem, Tag("function_call_output")]
    | Annotated[ReasoningItem, Tag("reasoning")],
    Discriminator(_kind),
]


Input = Annotated[
    list[InputItem], BeforeValidator(_as_items, json_schema_input_type=str | list[InputItem])
]
"""Items, or the text of the only one."""


def add_items(history: History, items: Sequence[InputItem]) -> None:
    """Add items to a conversation; system messages are not part of it. Raises `Refused`."""
    for item in items:
        match item:
            case MessageItem(role="user" | "assistant"):
                history.say(item.role, _parts(item.content), files_of(item))
            case CallItem():
                history.call(item.call_id, item.name, item.arguments)
            case OutputItem():
                history.answer(item.call_id, _text(item.output))


def system_texts(items: Sequence[InputItem]) -> list[str]:
    """What the items say to the assistant about itself."""
    said = [item for item in items if isinstance(item, MessageItem)]
    return [_text(item.content) for item in said if item.role in ("system", "developer")]


def files_of(item: InputItem) -> list[str]:
    """The uploaded files that come with a message."""
    parts = item.content if isinstance(item, MessageItem) else []
    return [part.file_id for part in parts if isinstance(part, FilePart)]


def _parts(content: Sequence[Part]) -> list[JSON]:
    return [part for given in content if (part := _part(given))]


def _part(part: Part) -> JSON | None:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text}
        case RefusalPart():
            return {"type": "refusal", "refusal": part.refusal}
        case ImagePart(file_id=str()):
            image = {"file_id": part.file_id, "detail": part.detail or "auto"}
            return {"type": "image_file", "image_file": image}
        case ImagePart(image_url=str()):
            image = {"url": part.image_url, "detail": part.detail or "auto"}
            return {"type": "image_url", "image_url": image}
    return None


def _text(content: Sequence[Part]) -> str:
    return "".join(part.text for part in content if isinstance(part, TextPart))
