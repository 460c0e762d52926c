"""A branch: a new run on a copy of the thread, which does what another run did up to an event.

It is stored as a run whose process died at that event, and taken up as such a one is: what had
ended is answered from the journal, all else happens now.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from understudy.errors import Invalid
from understudy.objects import Message, Run, Thread, new_id
from understudy.runs.past import was_dropped
from understudy.runs.recording import FRESH, Recording
from understudy.runs.scope import call_id, outer
from understudy.runs.staging import EXPIRES_SECONDS
from understudy.store import Path, Record, Store

JSON = dict[str, Any]
_LEAST_CHARACTERS: Final = 16
"""Ids that are shorter were given by hand, and may be words of a text."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What a new run begins with. `lines` are those of its journal."""

    run: Run
    thread: Thread
    messages: tuple[Message, ...]
    lines: tuple[Record, ...]

    @classmethod
    def of(cls, recording: Recording, number: int) -> Self:
        """All that had ended when the event `number` came, under ids of its own.

        Raises `Invalid` if the run has no such event.
        """
        if not 0 <= number <= recording.last:
            raise Invalid(
                f"The run {recording.run.id} has no event {number}: they end with"
                f" {recording.last}.",
                hint=f"`understudy runs events {recording.run.id}` shows them; 0 is before all.",
                param="from",
            )
        lines = [recording.began, *_ended(recording.lines, number)]
        names = _names(recording)
        now = int(time.time())
        times = {"created_at": now, "expires_at": now + EXPIRES_SECONDS}
        return cls(
            Run.read(_renamed(recording.run.wire(), names) | FRESH | times),
            Thread.read(_renamed(recording.thread.wire(), names) | {"created_at": now}),
            tuple(Message.read(_renamed(each.wire(), names)) for each in recording.messages),
            tuple(_renamed(lines, names)),
        )

    async def write(self, store: Store, path: Path) -> None:
        """Store it; `path` is the run's."""
        thread = path[:-2]
        await store.put(thread, self.thread.wire(), expect=None)
        wires = [message.wire() for message in self.messages]
        await store.append((*thread, "messages"), wires)
        await store.append((*path, "journal"), self.lines)
        await store.put(path, self.run.wire(), expect=None)


def _ended(lines: Sequence[Record], number: int) -> Iterator[Record]:
    """The lines of effects that had ended. What was under way is asked for as if it were new."""
    heard = [line for line in lines if line["n"] <= number]
    results = {line["result"] for line in heard if "result" in line and not was_dropped(line)}
    return (line for line in heard if line.get("id", line.get("result")) in results)


def _names(recording: Recording) -> dict[str, str]:
    """The new ids by the old ones, of all that is copied, and those that follow from the run's."""
    old, new = recording.run.id, new_id("run")
    names = {old: new, recording.thread.id: new_id("thread")}
    names |= {message.id: new_id("message") for message in recording.messages}
    names |= {call_id(old, *place): call_id(new, *place) for place in _calls(recording.lines)}
    return {name: fresh for name, fresh in names.items() if len(name) >= _LEAST_CHARACTERS}


def _calls(lines: Sequence[Record]) -> Iterator[tuple[str, int]]:
    """Where calls may have been given an id: by code, or at some place of a model's answer."""
    for line in lines:
        effect_id = str(line.get("id", line.get("result")))
        value = line.get("value")
        answer = value.get("tool_calls") if isinstance(value, Mapping) else None
        most = len(answer) if isinstance(answer, list) else 0
        for each in (effect_id, *outer(effect_id)):
            yield from ((each, index) for index in range(most + 1))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """JSON with other ids wherever they stand: code may have put them into what it asked for."""
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in names)
    return json.loads(re.sub(pattern, lambda found: names[found[0]], json.dumps(value)))
