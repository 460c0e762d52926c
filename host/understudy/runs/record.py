"""A run's own state: its object, its journal and run.json, kept in step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from understudy.objects import Run, Usage
from understudy.objects.run import TERMINAL_STATUS
from understudy.runs.journal import Journal
from understudy.store import Path, Store

JSON = dict[str, Any]

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

    async def begin(self) -> None:
        """Store a new run. It exists from here on."""
        queued = self.run.wire()
        await self._store.put(self._path, queued, expect=None)
        await self.journal.events(("thread.run.created", queued), ("thread.run.queued", queued))

    async def become(self, *statuses: str, **changes: Any) -> None:
        """Pass through states; `changes` are fields of the last. A run that is over stays so.

        run.json is written before the event is seen: whoever reacts to an event finds its state.
        What must outlive the machine is the journal, so only its line is forced to the disk.
        """
        async with self._turns:
            if self.run.is_over:
                return
            begins = self.run.status == "queued" and statuses == ("in_progress",)
            events = [self._pass(status, statuses, changes) for status in statuses]
            if not begins:  # that it has begun is not worth a write: everybody knows it will
                await self._store.put(self._path, self.run.wire(), durable=False)
            lasting = self.run.is_over or self.run.status == "requires_action"
            await self.journal.events(*events, durable=lasting)

    async def modify(self, metadata: Mapping[str, str]) -> Run:
        """Replace the metadata; nobody is told."""
        async with self._turns:
            self.run = self.run.model_copy(update={"metadata": dict(metadata)})
            await self._store.put(self._path, self.run.wire())
            return self.run

    def _pass(self, status: str, statuses: Sequence[str], changes: JSON) -> tuple[str, JSON]:
        last = changes if status == statuses[-1] else {}
        self.run = Run.model_validate(self.run.wire() | self._state(status) | last)
        return f"thread.run.{status}", self.run.wire()

    def count(self, usage: JSON | None) -> None:
        """Add the tokens of a model call."""
        for name, value in (usage or {}).items():
            if name in Usage.model_fields and isinstance(value, int):
                setattr(self.usage, name, getattr(self.usage, name) + value)

    def _state(self, status: str) -> JSON:
        """The fields that belong to a status: what belonged to the last one is taken back."""
        state: JSON = {"status": status, "required_action": None}
        stamp = _STAMPS.get(status)
        if stamp and getattr(self.run, stamp) is None:
            state[stamp] = int(time.time())
        if status in TERMINAL_STATUS:
            state["usage"] = self.usage.wire()
        if status != "expired" and status in TERMINAL_STATUS:
            state["expires_at"] = None
        return state


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
