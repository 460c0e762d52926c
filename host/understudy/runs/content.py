"""The content of a message that is being written: parts, added bit by bit."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from understudy.errors import Invalid
from understudy.objects.message import ContentPart
from understudy.runs.run import Part
from understudy.runs.values import require_json, whole

JSON = dict[str, Any]
_PART: TypeAdapter[ContentPart] = TypeAdapter(ContentPart, config=ConfigDict(defer_build=True))


def addition_of(part: Part) -> JSON | None:
    """A yielded part in OpenAI's shape; None for empty text."""
    if isinstance(part, str):
        text = {"value": whole(part), "annotations": []}
        return {"type": "text", "text": text} if part else None
    text_only = isinstance(part, dict) and part.get("type") == "text"
    if text_only and isinstance(part.get("text"), str):
        return addition_of(part["text"])
    return _content_part(part)


def _content_part(part: Any) -> JSON:
    """What is no text, looked at before anybody sees it. Raises `Invalid`."""
    shown = repr(part)[:100]
    require_json(part, f"What the assistant yielded, {shown},")
    try:
        read: JSON = _PART.dump_python(_PART.validate_python(part), mode="json")
    except ValidationError:
        raise Invalid(
            f"The assistant yielded {shown}, which is no content part.",
            hint='Yield text, or a content part such as {"type": "text", "text": "…"}.',
        ) from None
    return read


class Content:
    """The parts of a message. Pieces of a text are joined when somebody asks for it."""

    def __init__(self) -> None:
        self._parts: list[JSON] = []
        self._pieces: list[str] = []

    def add(self, addition: JSON) -> int:
        """Add a part, or more of the last one; returns the index of the part that grew."""
        kind = addition["type"]
        if not self._parts or self._parts[-1]["type"] != kind or kind not in ("text", "refusal"):
            self._begin(addition)
        elif kind == "text":
            self._add_text(addition["text"])
        else:
            self._parts[-1]["refusal"] += addition["refusal"]
        return len(self._parts) - 1

    def _begin(self, addition: JSON) -> None:
        self.parts()
        own = {"text": {**addition["text"]}} if addition["type"] == "text" else {}
        self._parts.append({**addition, **own})

    def _add_text(self, text: JSON) -> None:
        self._pieces.append(text["value"])
        if added := text.get("annotations"):
            last = self._parts[-1]["text"]
            last["annotations"] = [*last.get("annotations", ()), *added]

    def parts(self) -> list[JSON]:
        """All parts so far."""
        if self._pieces:
            text = self._parts[-1]["text"]
            text["value"] = "".join((text["value"], *self._pieces))
            self._pieces.clear()
        return self._parts
