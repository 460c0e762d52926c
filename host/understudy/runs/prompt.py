"""What the model is told: instructions and the thread's messages, as chat-completions messages."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from understudy.errors import NotFound
from understudy.objects import (
    ImageFilePart,
    ImageURLPart,
    Message,
    RefusalPart,
    TextPart,
    ToolCallsPart,
)
from understudy.objects.message import ContentPart

JSON = dict[str, Any]
FileReader = Callable[[str], AsyncIterator[bytes]]
_CHARACTERS_PER_TOKEN = 4
"""A rough count, on the safe side for English; the model's own tokenizer is not known here."""


async def chat_messages(
    instructions: str, messages: Sequence[Message], read_file: FileReader
) -> list[JSON]:
    """The chat that a run begins with, oldest message first."""
    chat = [{"role": "system", "content": instructions}] if instructions else []
    for message in messages:
        told = await _told(message, read_file)
        called, outputs = _rounds(message)
        if called:
            _join(chat, {**told, "content": told["content"] or None, "tool_calls": called})
            chat += outputs
        elif told["content"]:
            chat.append(told)
    return chat


def _rounds(message: Message) -> tuple[list[JSON], list[JSON]]:
    """The calls of a message as the model made them, and the outputs it was given."""
    parts = (part for part in message.content if isinstance(part, ToolCallsPart))
    calls = [call for part in parts for call in part.tool_calls]
    called = [
        {**call, "function": {key: call["function"][key] for key in ("name", "arguments")}}
        for call in calls
    ]
    outputs = [
        {"role": "tool", "tool_call_id": call["id"], "content": call["function"]["output"]}
        for call in calls
    ]
    return called, outputs


def _join(chat: list[JSON], calls: JSON) -> None:
    """Add calls; to the text that the model said before them, if there is any.

    Some chat templates refuse two messages of the assistant in a row.
    """
    last = chat[-1] if chat else {"role": "system"}
    is_its_text = last["role"] == "assistant" and "tool_calls" not in last
    if is_its_text and calls["content"] is None:
        chat[-1] = {**calls, "content": last["content"]}
    else:
        chat.append(calls)


async def _told(message: Message, read_file: FileReader) -> JSON:
    if message.role == "assistant" or all(isinstance(part, TextPart) for part in message.content):
        return {"role": message.role, "content": _plain(message)}
    parts = [await _part(part, read_file) for part in message.content]
    return {"role": message.role, "content": [part for part in parts if part]}


def _plain(message: Message) -> str:
    """All text of a message; a refusal is what the assistant said, too."""
    refusals = (part.refusal for part in message.content if isinstance(part, RefusalPart))
    return message.text or "".join(refusals)


async def _part(part: ContentPart, read_file: FileReader) -> JSON | None:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text.value}
    if isinstance(part, ImageURLPart):
        return _image(part.image_url.url, part.image_url.detail)
    if isinstance(part, ImageFilePart):
        return await _uploaded(part, read_file)
    return None


async def _uploaded(part: ImageFilePart, read_file: FileReader) -> JSON | None:
    """An uploaded image; nothing, if its file has been deleted since."""
    try:
        url = await _data_url(part.image_file.file_id, read_file)
    except NotFound:
        return None
    return _image(url, part.image_file.detail)


def _image(url: str, detail: str) -> JSON:
    return {"type": "image_url", "image_url": {"url": url, "detail": detail}}


async def _data_url(file_id: str, read_file: FileReader) -> str:
    content = b"".join([chunk async for chunk in read_file(file_id)])
    return f"data:{_image_type(content)};base64,{base64.b64encode(content).decode()}"


def _image_type(content: bytes) -> str:
    """The media type by the first bytes: names of uploads cannot be relied on."""
    for start, suffix in ((b"\x89PNG", ".png"), (b"GIF8", ".gif"), (b"\xff\xd8", ".jpg")):
        if content.startswith(start):
            return mimetypes.types_map[suffix]
    return "image/webp" if content[8:12] == b"WEBP" else "application/octet-stream"


def fit(messages: list[JSON], max_tokens: int | None) -> list[JSON]:
    """Drop the oldest messages beyond a budget; never the instructions, never the newest."""
    if max_tokens is None:
        return messages
    system = [message for message in messages[:1] if message["role"] == "system"]
    rest = messages[len(system) :]
    budget = max_tokens - sum(map(_tokens, system))
    kept: list[JSON] = []
    for together in reversed(_units(rest)):
        budget -= sum(map(_tokens, together))
        if kept and budget < 0:
            break
        kept = together + kept
    return system + kept


def _units(messages: list[JSON]) -> list[list[JSON]]:
    """The messages, outputs together with their calls: neither is understood alone."""
    units: list[list[JSON]] = []
    for message in messages:
        if message["role"] == "tool" and units:
            units[-1].append(message)
        else:
            units.append([message])
    return units


def _tokens(message: JSON) -> int:
    content = message["content"] or ""
    texts = [content] if isinstance(content, str) else [part.get("text", "") for part in content]
    return sum(len(text) for text in texts) // _CHARACTERS_PER_TOKEN + 4
