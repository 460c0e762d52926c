"""The messages of a chat, as clients send them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from understudy_server.doors.history import History
from understudy_server.doors.sent import Sent, or_text


class Text(Sent):
    """Text."""

    type: Literal["text"]
    text: str


class Refusal(Sent):
    """The assistant's refusal."""

    type: Literal["refusal"]
    refusal: str


class ImageURL(Sent):
    """An image by its URL, which may be a `data:` URL."""

    url: Annotated[str, StringConstraints(min_length=1)]
    detail: Literal["auto", "low", "high"] = "auto"


class Image(Sent):
    """An image."""

    type: Literal["image_url"]
    image_url: ImageURL


class FileId(Sent):
    """An uploaded file."""

    file_id: str


class FilePart(Sent):
    """A file for the assistant's tools."""

    type: Literal["file"]
    file: FileId


Texts = Annotated[list[Text], or_text(list[Text])]
UserPart = Annotated[Text | Image | FilePart, Field(discriminator="type")]
SaidPart = Annotated[Text | Refusal, Field(discriminator="type")]


class System(Sent):
    """Instructions besides the assistant's own."""

    role: Literal["system", "developer"]
    content: Texts


class User(Sent):
    """What the user says."""

    role: Literal["user"]
    content: Annotated[list[UserPart], or_text(list[UserPart])]


class CalledFunction(Sent):
    """A function with its arguments, verbatim."""

    name: str
    arguments: str


class Call(Sent):
    """A call that the assistant made."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class Said(Sent):
    """What the assistant said before."""

    role: Literal["assistant"]
    content: Annotated[list[SaidPart] | None, or_text(list[SaidPart] | None)] = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None


class Output(Sent):
    """What a call gave."""

    role: Literal["tool"]
    tool_call_id: str
    content: Texts


ChatMessage = Annotated[System | User | Said | Output, Field(discriminator="role")]


def history_of(messages: Sequence[ChatMessage]) -> History:
    """The conversation; system messages are not part of it. Raises `Refused`."""
    history = History("messages")
    for message in messages:
        match message:
            case User():
                parts = [part for part in message.content if not isinstance(part, FilePart)]
                history.say("user", [part.model_dump() for part in parts], files_of(message))
            case Said():
                _add_said(history, message)
            case Output():
                history.answer(message.tool_call_id, text_of(message))
    return history


def _add_said(history: History, message: Said) -> None:
    parts = [part.model_dump() for part in message.content or ()]
    if message.refusal:
        parts.append({"type": "refusal", "refusal": message.refusal})
    history.say("assistant", parts)
    for call in message.tool_calls or ():
        history.call(call.id, call.function.name, call.function.arguments)


def files_of(message: ChatMessage) -> list[str]:
    """The uploaded files that come with a message."""
    parts = message.content if isinstance(message, User) else []
    return [part.file.file_id for part in parts if isinstance(part, FilePart)]


def text_of(message: System | Output) -> str:
    """A message's text."""
    return "".join(part.text for part in message.content)
