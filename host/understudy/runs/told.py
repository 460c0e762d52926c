"""What the journal of a run that is taken up has told of its messages and steps.

While the run is played again, what it says is held against that, and shown only where it goes on.
A message that was being written is never continued: readers may have seen words of it that a crash
took back. It stays as incomplete, and the message that replaces it has its text from the start.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from understudy.events import Event
from understudy.objects import Message, RunStep
from understudy.runs.views import latest_objects, open_message, steps_of

JSON = dict[str, Any]
BEGUN_ANEW: Final = {
    "code": "server_error",
    "message": "The process that carried out this run ended during this step; it was begun anew.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A step, and its message if it is one. Both are as the journal has them."""

    step: RunStep
    message: Message | None

    @property
    def is_open(self) -> bool:
        """Whether the step had not ended."""
        return self.step.status == "in_progress"

    @property
    def calls(self) -> list[JSON]:
        """The step's calls, those of an open one as far as they were told."""
        calls: list[JSON] = self.step.step_details.get("tool_calls", [])
        return calls

    def has(self, call_id: str) -> bool:
        """Whether a call was told of."""
        return any(call["id"] == call_id for call in self.calls)

    def begins_with(self, parts: Sequence[JSON]) -> bool:
        """Whether these parts are the message's first, the last one perhaps not to its end."""
        whole = _parts(self.message)
        if not parts or len(parts) > len(whole):
            return not parts
        same = list(map(_plain, parts[:-1])) == list(map(_plain, whole[: len(parts) - 1]))
        return same and _begins(_plain(whole[len(parts) - 1]), _plain(parts[-1]))

    def is_whole(self, parts: Sequence[JSON]) -> bool:
        """Whether the message was finished, with these parts."""
        finished = self.message is not None and self.message.status == "completed"
        return finished and list(map(_plain, parts)) == list(map(_plain, _parts(self.message)))


def told_in(events: Iterable[Event]) -> list[Told]:
    """The steps of a journal, oldest first."""
    events = list(events)
    messages = latest_objects(events, "thread.message.")
    partial = open_message(events)
    if partial is not None:
        messages[partial["id"]] = partial
    return [Told(step, _message_of(step, messages)) for step in steps_of(events)]


def _message_of(step: RunStep, messages: dict[str, JSON]) -> Message | None:
    made = step.step_details.get("message_creation", {}).get("message_id")
    return Message.read(messages[made]) if made in messages else None


def cut_off(message: Message, reason: str) -> Message:
    """A message that was being written, as incomplete."""
    state = {
        "status": "incomplete",
        "incomplete_at": int(time.time()),
        "incomplete_details": {"reason": reason},
    }
    return Message.read(message.wire() | state)


def step_cut_off(step: JSON, status: str, error: JSON | None) -> tuple[str, JSON]:
    """The event that ends a step that was under way."""
    ended = {"status": status, f"{status}_at": int(time.time()), "last_error": error}
    return f"thread.run.step.{status}", step | ended


def without_replaced(messages: Sequence[Message]) -> list[Message]:
    """The messages without those that another one of their run has replaced."""
    newest = {message.run_id: message.id for message in messages}
    return [m for m in messages if m.status != "incomplete" or newest[m.run_id] == m.id]


def _parts(message: Message | None) -> list[JSON]:
    parts: list[JSON] = message.wire()["content"] if message is not None else []
    return parts


def _plain(part: JSON) -> JSON:
    """A part without annotations: they follow from the text."""
    return {"type": "text", "text": part["text"]["value"]} if part["type"] == "text" else part


def _begins(whole: JSON, part: JSON) -> bool:
    kind = part["type"]
    if whole["type"] == kind and kind in ("text", "refusal"):
        return str(whole[kind]).startswith(str(part[kind]))
    return whole == part
