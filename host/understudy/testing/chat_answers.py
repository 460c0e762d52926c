"""What a scripted model answers: text, calls of functions, failures of every kind."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Piece = dict[str, Any] | bytes | threading.Event
"""A delta of the answer's message, bytes that are sent as they are, or a gate to wait at."""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server does with a request. Made by the functions below."""

    pieces: tuple[Piece, ...] = ()
    finish_reason: str | None = "stop"
    usage: Mapping[str, int] | None = field(default=None, hash=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    content_type: str = "text/event-stream"
    ending: Literal["done", "cut", "hang", "bare"] = "done"
    is_silent: bool = False
    """Whether it ends before even the status is sent."""


def say(
    text: str = "",
    *,
    chunks: Iterable[str | threading.Event] | None = None,
    reasoning: str = "",
    refusal: str = "",
    finish_reason: str | None = "stop",
    usage: Mapping[str, int] | None = None,
) -> Answer:
    """Answer with text, word by word or in the given chunks.

    A `threading.Event` among the chunks is a gate: the server waits there until it is set.
    """
    said = [] if chunks is None else list(chunks)
    said += re.findall(r"\S+\s*|\s+", text)
    pieces: list[Piece] = [{"reasoning_content": reasoning}] if reasoning else []
    pieces += [{"content": part} if isinstance(part, str) else part for part in said]
    pieces += [{"refusal": refusal}] if refusal else []
    return Answer(tuple(pieces), finish_reason, usage)


def call_tools(calls: Iterable[tuple[str, Mapping[str, Any] | str]], *, text: str = "") -> Answer:
    """Call functions, `(name, arguments)` each, all at once; arguments as text go out verbatim."""
    pieces: list[Piece] = [{"content": text}] if text else []
    for index, (name, arguments) in enumerate(calls):
        whole = arguments if isinstance(arguments, str) else json.dumps(arguments)
        half = len(whole) // 2
        begin = {"index": index, "id": f"call_{next(_numbers)}", "type": "function"}
        pieces.append({"tool_calls": [{**begin, "function": {"name": name, "arguments": ""}}]})
        pieces += [
            {"tool_calls": [{"index": index, "function": {"arguments": part}}]}
            for part in (whole[:half], whole[half:])
        ]
    return Answer(tuple(pieces), "tool_calls")


def fail(
    status: int, body: str | Mapping[str, Any] = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """Refuse with a status. A text becomes OpenAI's `{"error": {"message": …}}`."""
    value = error_body(body or f"status {status}") if isinstance(body, str) else body
    return raw(
        json.dumps(value).encode(), status=status, headers=headers, content_type="application/json"
    )


def hang(after: int | None = None, text: str = "one two three four") -> Answer:
    """Fall silent after that many words, or without even a status."""
    return Answer(say(text).pieces[: after or 0], None, ending="hang", is_silent=after is None)


def cut(after: int | None = 1, text: str = "one two three four") -> Answer:
    """Drop the connection after that many words, or without even a status."""
    return Answer(say(text).pieces[: after or 0], None, ending="cut", is_silent=after is None)


def garbage() -> Answer:
    """Begin well and go on with something that is not JSON."""
    return Answer(({"content": "well "}, b"data: {broken\n\n"), None)


def raw(
    *pieces: bytes | threading.Event,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "text/event-stream",
) -> Answer:
    """Send exactly these bytes: for servers with their own ideas."""
    return Answer(
        pieces,
        status=status,
        headers=headers or {},
        content_type=content_type,
        ending="bare",
    )


def error_body(message: str) -> dict[str, Any]:
    """An error as OpenAI writes it."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None}}
