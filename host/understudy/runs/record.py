"""A run's own state: its object, its journal and run.json, kept in step."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy.errors import UnderstudyError
from understudy.objects import Run, Usage
from understudy.objects.run import TERMINAL_STATUS
from understudy.runs.journal import Journal
from understudy.runs.lines import events_in
from understudy.runs.unbroken import unbroken
from understudy.store import Path, Record, Store

JSON = dict[str, Any]
_log = logging.getLogger("understudy.runs")

_STAMPS = {
    "in_progress": "started_at",
    "cancelled": "cancelled_at",
    "failed": "failed_at",
    "completed": "completed_at",
}


class RunRecord:
    """The run object, and the one place where its status changes."""

    def __init__(self, store: Store, path: Path, run: Run, journal: Journal) -> None:
        self._store = store
        self._path = path
        self.run = run
        self.journal = journal
        self.usage = Usage()
        self._turns = asyncio.Lock()
        self._is_new = False
        self._asked = 0
        """How often the client was asked for something, and code has not come to its answer."""

    def take_up(self, records: Sequence[Record]) -> None:
        """Go on from the lines of a journal."""
        self.journal.take_up(records)
        states = [event.name for event in events_in(records)]
        self._is_new = "thread.run.created" not in states
        self._asked = states.count("thread.run.requires_action")

    async def arrive(self) -> None:
        """What happens from here on is stored and seen; first what a crash has cut off."""
        self.journal.is_silent = False
        if self._is_new:
            queued = self.run.wire()
            self.journal.prepare(("thread.run.created", queued), ("thread.run.queued", queued))
        if self.run.status == "queued":
            await self.become("in_progress")
        elif self.run.status == "requires_action" and not self._asked:
            await self.become("queued", "in_progress")

    async def begin(self) -> None:
        """Store a new run. It exists from here on; its first events come with the next."""
        queued = self.run.wire()
        await self._store.put(self._path, queued, expect=None)
        self.journal.prepare(("thread.run.created", queued), ("thread.run.queued", queued))

    async def become(self, *statuses: str, **changes: Any) -> None:
        """Pass through states; `changes` are fields of the last. A run that is over stays so.

        The journal knows first, and run.json before the event is seen: whoever reacts to an event
        finds its state. What must outlive the machine is the journal, so only its line is forced
        to the disk.
        """
        async with self._turns:
            if self.journal.is_silent:
                self._asked -= statuses[0] == "queued"  # what the client was asked is answered
            elif not self.run.is_over:
                await unbroken(self._pass(statuses, changes))

    async def _pass(self, statuses: Sequence[str], changes: JSON) -> None:
        states = list(self._states(statuses, changes))
        last, value = states[-1]
        begins = self.run.status == "queued" and statuses == ("in_progress",)
        events = [(f"thread.run.{run.status}", value) for run, value in states]
        lasting = last.is_over or last.status == "requires_action"
        async with self.journal.storing(*events, durable=lasting):
            if not begins:  # that it has begun is not worth a write: everybody knows it will
                await self._show(last, value)
            self.run = last  # not before it is stored: the write may fail

    async def _show(self, run: Run, value: JSON) -> None:
        """Write run.json."""
        try:
            await self._store.put(self._path, value, durable=False)
        except UnderstudyError:
            if not run.is_over:
                raise
            # The journal has the end: whoever reads the run next writes what is missing here.
            _log.warning("run %s: run.json could not be written", run.id, exc_info=True)

    async def modify(self, metadata: Mapping[str, str]) -> Run:
        """Replace the metadata; nobody is told."""
        async with self._turns:
            self.run = self.run.model_copy(update={"metadata": dict(metadata)})
            await self._store.put(self._path, self.run.wire())
            return self.run

    def _states(self, statuses: Sequence[str], changes: JSON) -> Iterator[tuple[Run, JSON]]:
        """The run in each state, and as JSON."""
        run, value = self.run, self.run.wire()
        for status in statuses:
            last = changes if status == statuses[-1] else {}
            run = Run.model_validate(value | self._state(run, status) | last)
            value = run.wire()
            yield run, value

    def count(self, usage: JSON | None) -> None:
        """Add the tokens of a model call."""
        add_tokens(self.usage, usage)

    def _state(self, run: Run, status: str) -> JSON:
        """The fields that belong to a status: what belonged to the last one is taken back."""
        state: JSON = {"status": status, "required_action": None}
        stamp = _STAMPS.get(status)
        if stamp and getattr(run, stamp) is None:
            state[stamp] = int(time.time())
        if status in TERMINAL_STATUS:
            state["usage"] = self.usage.wire()
        if status != "expired" and status in TERMINAL_STATUS:
            state["expires_at"] = None
        return state


def add_tokens(total: Usage, usage: JSON | None) -> None:
    """Add the tokens of a model call."""
    for name, value in (usage or {}).items():
        if name in Usage.model_fields and isinstance(value, int):
            setattr(total, name, getattr(total, name) + value)


def required_action(calls: Sequence[JSON]) -> JSON:
    """What a run that waits for the client's outputs asks for."""
    asked = [
        {
            "id": call["id"],
            "type": "function",
            "function": {
                "name": call["function"]["name"],
                "arguments": call["function"]["arguments"],
            },
        }
        for call in calls
    ]
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}}
