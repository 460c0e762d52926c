"""The events of a run's stream: which object each of the 24 names carries.

Source: the AssistantStreamEvent schema of OpenAI's document. `error` and `done` end a stream.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from understudy.objects.message import Message
from understudy.objects.object import Object
from understudy.objects.run import Run
from understudy.objects.step import RunStep
from understudy.objects.thread import Thread


class MessageDelta(Object):
    """What was added to a message: parts with their `index`."""

    id: str
    object: Literal["thread.message.delta"] = "thread.message.delta"
    delta: dict[str, Any]


class RunStepDelta(Object):
    """What was added to a step: tool calls with their `index`."""

    id: str
    object: Literal["thread.run.step.delta"] = "thread.run.step.delta"
    delta: dict[str, Any]


class StreamError(Object):
    """The stream itself failed."""

    code: str | None = None
    message: str
    param: str | None = None
    type: str


_RUN = ("created", "queued", "in_progress", "requires_action", "completed", "incomplete")
_RUN_END = ("failed", "cancelling", "cancelled", "expired")
_STEP = ("created", "in_progress", "completed", "failed", "cancelled", "expired")
_MESSAGE = ("created", "in_progress", "completed", "incomplete")

EVENTS: Final[dict[str, type[Object]]] = {
    "thread.created": Thread,
    **{f"thread.run.{state}": Run for state in (*_RUN, *_RUN_END)},
    **{f"thread.run.step.{state}": RunStep for state in _STEP},
    "thread.run.step.delta": RunStepDelta,
    **{f"thread.message.{state}": Message for state in _MESSAGE},
    "thread.message.delta": MessageDelta,
    "error": StreamError,
}
"""Event name → the model of its `data`. (`done` carries the text `[DONE]`.)"""
