"""A run's events: what a client, the command line or an app sees of it, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """`n` counts from 1 within the run; `name` is OpenAI's (`thread.message.delta` …).

    `data` is the JSON of the object in the state that the name says, or of the delta.
    """

    n: int
    name: str
    data: dict[str, Any] = field(hash=False)


TERMINAL = frozenset(
    f"thread.run.{state}" for state in ("completed", "failed", "cancelled", "incomplete", "expired")
)
"""The names of the events that end a run."""
