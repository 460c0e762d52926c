"""Runs whose process died: whether they can be taken up, and their end if not."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final, Self

from understudy.events import Event
from understudy.library.messages import Messages
from understudy.objects import Run, Usage
from understudy.runs.lines import events_in, last_number
from understudy.runs.record import add_tokens
from understudy.runs.told import cut_off, step_cut_off, told_in
from understudy.runs.views import latest_objects
from understudy.store import Path, Record, Store

JSON = dict[str, Any]
ENDED: Final = "The process that carried out this run ended before the run did."
_MAX_TAKE_UPS: Final = 8
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 30.0
_GAP: Final = 1000
"""Numbers of events that a crash may have taken back after somebody had seen them."""


def still_waits(run: Run) -> bool:
    """Whether a run that nobody carries out can still be answered, and then goes on."""
    return run.status == "requires_action" and not _is_late(run)


def _is_late(run: Run) -> bool:
    return (run.expires_at or 0) <= time.time()


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A run that is not over, and that nobody owns. `run` is what its journal says of it."""

    path: Path
    run: Run
    records: Sequence[Record]

    @classmethod
    async def read(cls, store: Store, path: Path, run: Run) -> Self:
        """Read its journal."""
        records = [entry.record for entry in await store.read((*path, "journal"))]
        return cls(path, _newest(run, events_in(records)), records)

    def end(self) -> tuple[str, str] | None:
        """The status and the reason with which it must end, if it cannot be taken up."""
        if self.run.status == "cancelling":
            return "cancelled", ENDED
        if _is_late(self.run):
            return "expired", ENDED
        deaths = len(self._since_it_got_further("reached"))
        if deaths >= _MAX_TAKE_UPS:
            how = f"It was taken up {deaths} times, and its process always ended at the same place."
            return "failed", f"{ENDED} {how}"
        return None

    @property
    def is_resting(self) -> bool:
        """Whether it is too early for another try: what kills its processes may soon be over."""
        tries = self._since_it_got_further("taken_up")
        if len(tries) < 2:
            return False
        pause = min(_FIRST_PAUSE_SECONDS * 2.0 ** (len(tries) - 2), _LONGEST_PAUSE_SECONDS)
        return 0 <= time.time() - float(tries[0]["t"]) < pause

    def _since_it_got_further(self, what: str) -> list[Record]:
        """The lines of a kind behind the last result, the newest first.

        Only processes that have `reached` this place can have died of what the run does next.
        """
        behind = takewhile(lambda line: "result" not in line, reversed(self.records))
        return [line for line in behind if what in line]


def _newest(run: Run, events: Iterable[Event]) -> Run:
    """The run as its journal knows it; its file has what people change."""
    states = [event.data for event in events if event.data.get("object") == "thread.run"]
    if not states:
        return run
    known = Run.read(states[-1] | {"metadata": run.metadata})
    return known if known.is_over else known.model_copy(update={"expires_at": run.expires_at})


async def mark_taken_up(store: Store, abandoned: Abandoned) -> list[Record]:
    """Count it in the journal; returns the lines of the journal.

    The numbers go on behind all that a reader can have seen.
    """
    number = last_number(abandoned.records) + _GAP
    count = sum("taken_up" in line for line in abandoned.records)
    line = {"n": number, "t": round(time.time(), 3), "taken_up": count + 1}
    await store.append((*abandoned.path, "journal"), [line])
    return [*abandoned.records, line]


async def end_abandoned(store: Store, abandoned: Abandoned, status: str, message: str) -> Run:
    """End a run that is not taken up. What it had written is kept as an incomplete message."""
    run, path = abandoned.run, abandoned.path
    if not run.is_over:
        endings = await _endings(store, abandoned, status, message)
        first = last_number(abandoned.records) + _GAP
        lines = [
            {"n": number, "t": round(time.time(), 3), "event": name, "data": data}
            for number, (name, data) in enumerate(endings, first)
        ]
        await store.append((*path, "journal"), lines)
        run = Run.read(endings[-1][1])
    await store.put(path, run.wire())
    return run


def _used(records: Iterable[Record]) -> Usage:
    """The tokens of the model calls that had ended."""
    used = Usage()
    calls = set[Any]()
    for record in records:
        if record.get("effect") == "model":
            calls.add(record["id"])
        elif record.get("result") in calls and "value" in record:
            add_tokens(used, record["value"]["usage"])
    return used


async def _endings(
    store: Store, abandoned: Abandoned, status: str, message: str
) -> list[tuple[str, JSON]]:
    error = {"code": "server_error", "message": message} if status == "failed" else None
    endings: list[tuple[str, JSON]] = []
    events = events_in(abandoned.records)
    for told in told_in(events):
        if told.message is not None and told.message.status == "in_progress":
            partial = cut_off(told.message, f"run_{status}")
            await Messages(store, abandoned.path[:-2]).append(partial)
            endings.append(("thread.message.incomplete", partial.wire()))
    steps = latest_objects(events, "thread.run.step.").values()
    under_way = [step for step in steps if step["status"] == "in_progress"]
    endings += [step_cut_off(step, status, error) for step in under_way]
    state: JSON = {"status": status, "required_action": None, "last_error": error}
    state["usage"] = _used(abandoned.records).wire()
    if status != "expired":
        state |= {f"{status}_at": int(time.time()), "expires_at": None}
    endings.append((f"thread.run.{status}", abandoned.run.wire() | state))
    return endings
