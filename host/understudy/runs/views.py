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
    """The run steps in their last state, oldest first; an open one has the calls made so far."""
    events = list(events)
    latest = latest_objects(events, _STEP)
    for step_id, calls in _open_calls(events, latest).items():
        details = {"type": "tool_calls", "tool_calls": calls}
        latest[step_id] = latest[step_id] | {"step_details": details}
    return [RunStep.read(step) for step in latest.values()]


def _open_calls(events: Iterable[Event], latest: dict[str, JSON]) -> dict[str, list[JSON]]:
    """The calls of the steps that have not ended, put together from their deltas."""
    made: dict[str, list[JSON]] = {}
    for event in events:
        step_id = event.data.get("id", "")
        if event.name == f"{_STEP}delta" and latest[step_id]["status"] == "in_progress":
            for piece in event.data["delta"]["step_details"]["tool_calls"]:
                _add_piece(made.setdefault(step_id, []), piece)
    return made


def _add_piece(calls: list[JSON], piece: JSON) -> None:
    """The first piece of a call is the call as it begins; later ones hold more arguments, or
    what it gave."""
    index = piece["index"]
    if index == len(calls):
        calls.append({key: value for key, value in piece.items() if key != "index"})
        return
    kind = piece["type"]
    known, more = calls[index][kind], piece[kind]
    if "arguments" in more:
        more = {"arguments": known["arguments"] + more["arguments"]}
    calls[index] = calls[index] | {kind: known | more}


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


def _unindexed(part: JSON) -> JSON:
    """A part as the message keeps it: only deltas count its annotations."""
    if part["type"] != "text":
        return part
    annotations = [
        {key: value for key, value in each.items() if key != "index"}
        for each in part["text"].get("annotations", ())
    ]
    return {**part, "text": {**part["text"], "annotations": annotations}}


def _joined(parts: Iterable[JSON]) -> list[JSON]:
    content: dict[int, JSON] = {}
    for part in parts:
        index = part["index"]
        known = content.get(index)
        if known is None:
            content[index] = {key: value for key, value in part.items() if key != "index"}
        elif part["type"] == "text":
            text = known["text"]["value"] + part["text"]["value"]
            annotations = [
                *known["text"].get("annotations", ()), *part["text"].get("annotations", ()),
            ]  # fmt: skip
            content[index] = known | {"text": {"value": text, "annotations": annotations}}
        elif part["type"] == "refusal":
            content[index] = known | {"refusal": known["refusal"] + part["refusal"]}
    return [_unindexed(content[index]) for index in sorted(content)]
