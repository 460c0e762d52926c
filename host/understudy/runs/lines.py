"""The lines of a run's journal. Deltas of one text that follow each other share a line.

    {"n": 1, "t": 1700000000.123, "event": "thread.run.created", "data": {…}, "seed": "5f0c…"}
    {"n": 7, "t": …, "effect": "model", "id": "e1", "payload": {…}}
    {"n": 8, "t": …, "event": "thread.message.delta", "data": {…}, "more": [" and", " so on"]}
    {"n": 11, "t": …, "result": "e1", "value": …}      or "error": {"type", "message", …}
    {"n": 1011, "t": …, "taken_up": 1}
    {"n": 1012, "t": …, "reached": true}

An answer that came bit by bit and then failed has both; one that was not read to its end has
`"left": true`. Ids of effects: `understudy.runs.scope`. Behind `taken_up`, another process has gone
on; its numbers begin a thousand higher, since readers may have seen events that a crash took back.
At `reached` it has come to where the journal ended: what follows had not been done before.
`seed` and the time of the first line are what the code's chance and clock begin with. `more` are
the texts of the events behind the first, which are numbered on and else the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from understudy.events import Event
from understudy.store import Record

JSON = dict[str, Any]


def packed(lines: Iterable[Record]) -> list[Record]:
    """The lines as they are stored."""
    stored: list[Record] = []
    shared: JSON | None = None
    for line in lines:
        text = _plain_text(line)
        if text is not None and shared is not None and _continues(shared, line):
            shared.setdefault("more", []).append(text)
            continue
        shared = {**line} if text is not None else None
        stored.append(shared or line)
    return stored


def _continues(shared: JSON, line: Record) -> bool:
    return line["n"] == last_number([shared]) + 1 and _place(line) == _place(shared)


def _place(line: Record) -> tuple[str, int]:
    data = line["data"]
    return data["id"], data["delta"]["content"][0]["index"]


def _plain_text(line: Record) -> str | None:
    """The text of a delta that has nothing else."""
    if line.get("event") != "thread.message.delta":
        return None
    parts = line["data"]["delta"]["content"]
    if len(parts) != 1 or parts[0]["type"] != "text" or parts[0]["text"].get("annotations"):
        return None
    text: str = parts[0]["text"]["value"]
    return text


def events_in(lines: Iterable[Record]) -> list[Event]:
    """The events in stored lines."""
    return [event for line in lines if "event" in line for event in _events(line)]


def _events(line: Record) -> Iterator[Event]:
    name, data = line["event"], line["data"]
    yield Event(line["n"], name, data)
    for number, text in enumerate(line.get("more", ()), line["n"] + 1):
        part = data["delta"]["content"][0]
        content = [{**part, "text": {**part["text"], "value": text}}]
        yield Event(number, name, {**data, "delta": {**data["delta"], "content": content}})


def last_number(lines: Sequence[Record]) -> int:
    """The number of the newest of stored lines."""
    return lines[-1]["n"] + len(lines[-1].get("more", ())) if lines else 0
