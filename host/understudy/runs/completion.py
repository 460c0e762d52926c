"""A model's answer, put together from its chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

JSON = dict[str, Any]


class Completion:
    """Collects chunks (see `understudy.runs.run.Run`) into one message."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, JSON] = {}
        self.finish_reason: str | None = None
        self.usage: JSON | None = None

    def add(self, chunk: JSON) -> None:
        """Take in the next chunk."""
        if text := chunk.get("text"):
            self._text.append(text)
        if refusal := chunk.get("refusal"):
            self._refusal.append(refusal)
        for delta in chunk.get("tool_calls", ()):
            self._add_call(delta)
        self.finish_reason = chunk.get("finish_reason") or self.finish_reason
        self.usage = chunk.get("usage") or self.usage

    def _add_call(self, delta: JSON) -> None:
        call = self._calls.setdefault(delta["index"], {"id": None, "name": "", "arguments": ""})
        call["id"] = delta.get("id") or call["id"]
        call["name"] = delta.get("name") or call["name"]
        call["arguments"] += delta.get("arguments") or ""

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._text)

    def message(self) -> JSON:
        """The whole message; `tool_calls` are `{id, name, arguments}`, in the model's order."""
        return {
            "text": self.text,
            "refusal": "".join(self._refusal) or None,
            "tool_calls": [self._calls[index] for index in sorted(self._calls)],
            "finish_reason": self.finish_reason,
            "usage": self.usage,
        }


def as_chunks(message: JSON) -> Iterator[JSON]:
    """A whole message as the one chunk that it could have come in."""
    calls = [{"index": index, **call} for index, call in enumerate(message["tool_calls"])]
    chunk = {name: message[name] for name in ("text", "refusal", "finish_reason", "usage")}
    yield {**{name: value for name, value in chunk.items() if value}, "tool_calls": calls}
