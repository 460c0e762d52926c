"""The content of a message that is being written: parts, added bit by bit."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from understudy.errors import Invalid
from understudy.objects.message import ContentPart
from understudy.runs.run import Part
from understudy.runs.values import require_json, whole

JSON = dict[str, Any]
_PART: TypeAdapter[ContentPart] = TypeAdapter(ContentPart)


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


def merge(content: list[JSON], addition: JSON) -> int:
    """Add to the content and return the index of the part that grew."""
    last = content[-1] if content else None
    kind = addition["type"]
    if last is None or last["type"] != kind or kind not in ("text", "refusal"):
        content.append(addition if kind != "text" else {**addition, "text": {**addition["text"]}})
    elif kind == "text":
        last["text"]["value"] += addition["text"]["value"]
        last["text"]["annotations"] = [
            *last["text"]["annotations"], *addition["text"].get("annotations", []),
        ]  # fmt: skip
    else:
        last["refusal"] += addition["refusal"]
    return len(content) - 1
