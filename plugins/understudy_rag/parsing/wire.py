"""What goes between this process and the one that parses: a line of JSON, then bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.draft import MAX_LETTERS

MAX_ANSWER_BYTES: Final = 5 * MAX_LETTERS


@dataclass(frozen=True, slots=True)
class Task:
    """What to do with the bytes that follow: by which of our formats, or by which plugin."""

    name: str
    size: int
    format: str
    target: str | None = None

    def line(self) -> bytes:
        """As a line."""
        fields = {"name": self.name[:255], "size": self.size}
        return _line({**fields, "format": self.format, "target": self.target})


def pack(document: Document) -> bytes:
    """A document as an answer."""
    text = document.text.encode("utf-8", "replace")
    head = {"headings": document.headings, "pages": document.pages, "is_prose": document.is_prose}
    return _line({**head, "size": len(text)}) + text


def pack_refusal(message: str, code: str) -> bytes:
    """A reason as an answer."""
    return _line({"error": message, "code": code, "size": 0})


def unpack(answer: bytes) -> Document | None:
    """The document. None if the answer was broken off. Raises `Unreadable`."""
    head, _, text = answer.partition(b"\n")
    try:
        fields: dict[str, Any] = json.loads(head)
    except ValueError:
        return None
    if fields["size"] != len(text):
        return None
    if "error" in fields:
        code: Literal["unsupported_file", "invalid_file"] = fields["code"]
        raise Unreadable(fields["error"], code)
    headings = [(at, path) for at, path in fields["headings"]]
    return Document(text.decode(), headings, fields["pages"], fields["is_prose"])


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode() + b"\n"
