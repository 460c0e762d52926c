"""A run's journal: every event, effect and result, one JSON line each, in order.

It is the truth about a run; run.json, run steps and streams are views of it. Lines:

    {"n": 1, "t": 1700000000.123, "event": "thread.run.created", "data": {…}}
    {"n": 7, "t": …, "effect": "model", "id": "e1", "payload": {…}}
    {"n": 9, "t": …, "result": "e1", "value": …}      or "error": {"type", "message", …}

An event that carries a state is stored before anybody sees it. Deltas are seen at once and stored
with the next line: what a crash can lose of them belongs to an effect that had not finished.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any

from understudy.errors import UnderstudyError
from understudy.events import Event
from understudy.runs.unbroken import unbroken
from understudy.store import Path, Record, Store

_MAX_PENDING = 64
_MAX_DELAY_SECONDS = 0.2
"""How much of an answer a kill may cost: what came since, or so many deltas."""


class Journal:
    """The journal of a run that is under way in this process."""

    def __init__(self, store: Store, run: Path, observe: Callable[[Event], None]) -> None:
        self._store = store
        self._log: Path = (*run, "journal")
        self._observe = observe
        self._events: list[Event] = []
        self._pending: list[Record] = []
        self._unseen: list[Event] = []
        self._count = 0
        self._stored = 0
        self._later: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._closed = False
        self._writing = asyncio.Lock()
        self.is_silent = False
        """Whether nothing is written and nobody is told: what happens is known already."""

    def take_up(self, records: Sequence[Record]) -> None:
        """Go on with the journal of a process that has died, silent until told otherwise."""
        self._count = self._stored = records[-1]["n"] if records else 0
        self._events = events_in(records)
        self.is_silent = True

    async def events(self, *named: tuple[str, dict[str, Any]], durable: bool = False) -> None:
        """Store events, then let everybody see them."""
        if self.is_silent:
            return
        fresh = [self._event(name, data) for name, data in named]
        try:
            await self._write(*(event.n for event in fresh), durable=durable)
        except Exception:
            self._unseen = [event for event in self._unseen if event not in fresh]
            raise
        finally:
            self._show()

    async def delta(self, name: str, data: dict[str, Any]) -> None:
        """Let everybody see a delta; it is stored with what comes next.

        It overtakes no event that is being stored: who rejoins behind it would never see that one.
        """
        if self.is_silent:
            return
        self._event(name, data)
        self._show()
        if len(self._pending) >= _MAX_PENDING:
            await self._write()
        elif self._later is None:
            self._later = asyncio.create_task(self._write_later())

    async def _write_later(self) -> None:
        await asyncio.sleep(_MAX_DELAY_SECONDS)
        self._later = None
        with suppress(UnderstudyError):  # whoever writes next is told
            await self._write()

    async def effect(
        self, effect_id: str, kind: str, payload: dict[str, Any], *, durable: bool
    ) -> None:
        """Note that an effect begins, before it does."""
        if self.is_silent:
            return
        line = self._line({"effect": kind, "id": effect_id, "payload": payload})
        await self._write(line, durable=durable)

    async def result(
        self, effect_id: str, outcome: dict[str, Any], *, durable: bool = False
    ) -> None:
        """Note how an effect ended: `{"value": …}` or `{"error": …}`."""
        if self.is_silent:
            return
        await self._write(self._line({"result": effect_id, **outcome}), durable=durable)

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """The events behind number `after`, those still to come included."""
        index = 0
        while True:
            wake = self._wake
            while index < len(self._events):
                event = self._events[index]
                index += 1
                if event.n > after:
                    yield event
            if self._closed and index == len(self._events):
                return
            if wake is self._wake:
                await wake.wait()

    @property
    def last(self) -> int:
        """The number of the newest event that can be seen."""
        return self._events[-1].n if self._events else 0

    def close(self) -> None:
        """No more events will come; readers end when they have seen the last one."""
        self._closed = True
        if self._later is not None:
            self._later.cancel()
        self._wake_readers()

    def _event(self, name: str, data: dict[str, Any]) -> Event:
        event = Event(self._line({"event": name, "data": data}), name, data)
        self._unseen.append(event)
        return event

    def _line(self, content: Record) -> int:
        self._count += 1
        self._pending.append({"n": self._count, "t": round(time.time(), 3), **content})
        return self._count

    async def _write(self, *own: int, durable: bool = False) -> None:
        """Store all lines. If that fails, those that are not the caller's `own` are kept."""
        async with self._writing:
            lines, self._pending = self._pending, []
            try:
                if lines:
                    await unbroken(self._store.append(self._log, lines, durable=durable))
                    self._stored = lines[-1]["n"]
            except Exception:
                kept = [line for line in lines if line["n"] not in own]
                self._pending = kept + self._pending
                raise

    def _show(self) -> None:
        """Let everybody see, in order, what is stored, and deltas."""
        while self._unseen and _may_be_seen(self._unseen[0], self._stored):
            self._publish(self._unseen.pop(0))

    def _publish(self, event: Event) -> None:
        self._events.append(event)
        self._observe(event)
        self._wake_readers()

    def _wake_readers(self) -> None:
        waiting, self._wake = self._wake, asyncio.Event()
        waiting.set()


def _may_be_seen(event: Event, stored: int) -> bool:
    return event.n <= stored or event.name.endswith(".delta")


async def recorded(store: Store, run: Path, after: int = 0) -> list[Event]:
    """The events of a run from its stored journal, behind number `after`."""
    events, _ = await recorded_since(store, run, 0)
    return [event for event in events if event.n > after]


async def recorded_since(store: Store, run: Path, position: int) -> tuple[list[Event], int]:
    """The stored events behind a position of the log, and the position where they end."""
    entries = await store.read((*run, "journal"), after=position)
    events = events_in([entry.record for entry in entries])
    return events, entries[-1].position if entries else position


def events_in(records: Sequence[Record]) -> list[Event]:
    """The events among the lines of a journal."""
    return [
        Event(record["n"], record["event"], record["data"])
        for record in records
        if "event" in record
    ]
