"""Messages of a thread as items of a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy import Message

JSON = dict[str, Any]


def items_of(message: Message) -> list[JSON]:
    """A message's items: itself, or the calls and outputs that it holds."""
    wire = message.wire()
    calls = [part for part in wire["content"] if part["type"] == "tool_calls"]
    content = [part for given in wire["content"] if (part := part_of(given, message.role))]
    items = [_message(message, content)] if content else []
    made = [call for part in calls for call in part["tool_calls"]]
    return [*items, *(item for call in made for item in call_items(call))]


def _message(message: Message, content: list[JSON]) -> JSON:
    return {
        "id": message.id,
        "type": "message",
        "role": message.role,
        "status": message.status,
        "content": content,
    }


def part_of(part: JSON, role: str) -> JSON | None:
    """A part of a message's content; None for what conversations do not have."""
    match part["type"], role:
        case "text", "assistant":
            return output_text(part["text"]["value"], part["text"]["annotations"])
        case "text", _:
            return {"type": "input_text", "text": part["text"]["value"]}
        case "refusal", _:
            return {"type": "refusal", "refusal": part["refusal"]}
        case "image_url", _:
            image = part["image_url"]
            return {"type": "input_image", "image_url": image["url"], "detail": image["detail"]}
        case "image_file", _:
            image = part["image_file"]
            return {"type": "input_image", "file_id": image["file_id"], "detail": image["detail"]}
    return None


def output_text(text: str, annotations: Iterable[JSON] = ()) -> JSON:
    """Text that the assistant wrote."""
    cited = [_citation(each) for each in annotations if each.get("type") == "file_citation"]
    return {"type": "output_text", "text": text, "annotations": cited, "logprobs": []}


def _citation(annotation: JSON) -> JSON:
    cited = annotation["file_citation"]
    return {
        "type": "file_citation",
        "file_id": cited["file_id"],
        "filename": cited.get("filename") or cited["file_id"],
        "index": annotation["end_index"],
    }


def call_item(call: JSON, *, status: str = "completed") -> JSON:
    """A call that the client is asked to make."""
    return {
        "id": f"fc_{call['id'].removeprefix('call_')}",
        "type": "function_call",
        "status": status,
        "call_id": call["id"],
        "name": call["function"]["name"],
        "arguments": call["function"]["arguments"],
    }


def call_items(call: JSON) -> list[JSON]:
    """A call, and its output if it has one."""
    output = call["function"].get("output")
    if output is None:
        return [call_item(call)]
    answered = {
        "id": f"fco_{call['id'].removeprefix('call_')}",
        "type": "function_call_output",
        "status": "completed",
        "call_id": call["id"],
        "output": output,
    }
    return [call_item(call), answered]
