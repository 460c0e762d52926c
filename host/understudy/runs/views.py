"""What a run's journal shows: its steps, and what it left open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy.events import Event
from understudy.objects import RunStep

JSON = dict[str, Any]
_STEP = "thread.run.step."
_MESSAGE = "thread.message."


def steps_of(events: Iterable[Event]) -> list[RunStep]:
    """The run steps in their last state, oldest first."""
    latest = latest_objects(events, _STEP)
    return [RunStep.read(step) for step in latest.values()]


def latest_objects(events: Iterable[Event], prefix: str) -> dict[str, JSON]:
    """The objects of one kind by id, each in its last state."""
    latest: dict[str, JSON] = {}
    for event in events:
        if event.name.startswith(prefix) and not event.name.endswith(".delta"):
            latest[event.data["id"]] = event.data
    return latest


def open_message(events: Iterable[Event]) -> JSON | None:
    """The message that was being written, with the text that had arrived; None if there is none."""
    events = list(events)
    opened = [
        message
        for message in latest_objects(events, _MESSAGE).values()
        if message["status"] == "in_progress"
    ]
    if not opened:
        return None
    message = opened[-1]
    deltas = [
        event.data["delta"]["content"]
        for event in events
        if event.name == f"{_MESSAGE}delta" and event.data["id"] == message["id"]
    ]
    return message | {"content": _joined(part for parts in deltas for part in parts)}


def _joined(parts: Iterable[JSON]) -> list[JSON]:
    content: dict[int, JSON] = {}
    for part in parts:
        index = part["index"]
        known = content.get(index)
        if known is None:
            content[index] = {key: value for key, value in part.items() if key != "index"}
        elif part["type"] == "text":
            text = known["text"]["value"] + part["text"]["value"]
            content[index] = known | {"text": known["text"] | {"value": text}}
        elif part["type"] == "refusal":
            content[index] = known | {"refusal": known["refusal"] + part["refusal"]}
    return [content[index] for index in sorted(content)]
