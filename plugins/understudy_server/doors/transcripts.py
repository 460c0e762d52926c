"""A whole thread as text: for machines, line by line, or for people."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

from understudy import Host, Message, Thread
from understudy_server.bodies import read_json
from understudy_server.failures import Refused

JSON = dict[str, Any]
_AT_ONCE: Final = 100


async def as_jsonl(host: Host, thread: Thread) -> AsyncIterator[bytes]:
    """The thread's object, then its messages, oldest first: one a line."""
    yield _line(thread.wire())
    async for message in _messages(host, thread.id):
        yield _line(message.wire())


async def as_markdown(host: Host, thread: Thread) -> AsyncIterator[bytes]:
    """A heading for every message, and what was said in it."""
    title = thread.metadata.get("title") or thread.id
    yield f"# {' '.join(title.split())}\n\n{_date(thread.created_at)}\n".encode()
    async for message in _messages(host, thread.id):
        yield f"\n## {_heading(message)}\n\n{_body(message)}\n".encode()


async def _messages(host: Host, thread_id: str) -> AsyncIterator[Message]:
    messages = await host.messages(thread_id)
    after: str | None = None
    while True:
        page = await messages.page(limit=_AT_ONCE, order="asc", after=after)
        for message in page.items:
            yield message
        if not page.has_more:
            return
        after = page.items[-1].id


def _line(value: JSON) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _date(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _heading(message: Message) -> str:
    who = f"Assistant {message.assistant_id or ''}" if message.role == "assistant" else "User"
    return f"{who.strip()}, {_date(message.created_at)}"


def _body(message: Message) -> str:
    wire = message.wire()
    parts = [_part(part) for part in wire["content"]]
    files = [f"Attached: `{each['file_id']}`" for each in wire["attachments"] or ()]
    return "\n\n".join([*parts, *files])


def _part(part: JSON) -> str:
    match part["type"]:
        case "text":
            return str(part["text"]["value"])
        case "refusal":
            return f"Refused: {part['refusal']}"
        case "image_file":
            return f"Image: `{part['image_file']['file_id']}`"
        case "image_url":
            return _image(part["image_url"]["url"])
        case "tool_calls":
            return "\n\n".join(_call(call["function"]) for call in part["tool_calls"])
    return f"({part['type']})"


def _image(url: str) -> str:
    return "(an image)" if url.startswith("data:") else f"![image](<{url}>)"


def _call(function: JSON) -> str:
    called = f"Called `{function['name']}` with `{function['arguments']}`"
    return f"{called}:\n\n{_fenced(function['output'] or '')}"


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"


def read_jsonl(data: bytes) -> tuple[JSON, list[JSON]]:
    """A thread and its messages from what `as_jsonl` wrote. Raises `Refused` with the line."""
    lines = [line for line in data.splitlines() if line.strip()]
    values = [_read_line(number, line) for number, line in enumerate(lines, 1)]
    if not values or values[0].get("object") != "thread":
        raise Refused("The first line must be the object of a thread.")
    for number, value in enumerate(values[1:], 2):
        if value.get("object") != "thread.message" or not isinstance(value.get("id"), str):
            raise Refused(f"Line {number} is no message.")
    return values[0], values[1:]


def _read_line(number: int, line: bytes) -> JSON:
    try:
        return read_json(line)
    except Refused:
        raise Refused(f"Line {number} is no JSON object.") from None
