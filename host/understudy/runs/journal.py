"""A run's journal: every event, effect and result, in order (see `understudy.runs.lines`).

It is the truth about a run; run.json, run steps and streams are views of it.

An event that carries a state is stored before anybody sees it, and a result before whoever asked
for it. Deltas, and beginnings of effects that are safe to repeat, are stored with the next such
line or soon: what a crash can lose of them belongs to an effect that had not finished.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from understudy.errors import UnderstudyError
from understudy.events import Event
from understudy.runs.history import History
from understudy.runs.lines import events_in, last_number, packed
from understudy.runs.soon import Soon
from understudy.runs.unbroken import unbroken
from understudy.store import Path, Record, Store

_MAX_PENDING = 64
"""So many lines are not put off any longer."""


class Journal:
    """The journal of a run that is under way in this process.

    `observe` is told of every event when it can be seen. Without `is_kept`, nothing is stored.
    """

    def __init__(
        self,
        store: Store,
        run: Path,
        observe: Callable[[Event], None],
        soon: Soon,
        *,
        is_kept: bool = True,
    ) -> None:
        self._store = store
        self._log: Path = (*run, "journal")
        self._observe = observe
        self._is_kept = is_kept
        self._history = History()
        self._pending: list[Record] = []
        self._must_last = False
        self._unseen: list[Event] = []
        self._count = 0
        self._stored = 0
        self._soon = soon
        self._is_due = False
        self._closed = False
        self._writing = asyncio.Lock()
        self._beside: list[Callable[[], Awaitable[None]]] = []
        self.began = time.time()
        """When the run began: what its first line says."""
        self.seed = secrets.token_bytes(32)
        """Where the run's chance comes from; its first line keeps it, too."""
        self.is_silent = False
        """Whether nothing is written and nobody is told: what happens is known already."""

    def take_up(self, records: Sequence[Record]) -> None:
        """Go on with the journal of a process that has died, silent until told otherwise."""
        self._count = self._stored = last_number(records)
        self._history = History(events_in(records))
        if records:
            self.began = records[0]["t"]
            self.seed = bytes.fromhex(records[0].get("seed", ""))
        self.is_silent = True

    async def reached(self) -> None:
        """Note that a run that was taken up has done again all that it did before."""
        self._line({"reached": True})
        await self._write(durable=True)

    # -- writing

    async def events(self, *named: tuple[str, dict[str, Any]], durable: bool = False) -> None:
        """Store events, then let everybody see them."""
        async with self.storing(*named, durable=durable):
            pass

    @asynccontextmanager
    async def storing(
        self, *named: tuple[str, dict[str, Any]], durable: bool = False
    ) -> AsyncIterator[None]:
        """Events that are stored when the block begins, and seen when it ends."""
        fresh = self.prepare(*named)
        try:
            if not self.is_silent:
                await self._write(*(event.n for event in fresh), durable=durable)
            yield
        except Exception:
            self._unseen = [event for event in self._unseen if event not in fresh]
            raise
        finally:
            self._show()

    def prepare(self, *named: tuple[str, dict[str, Any]]) -> list[Event]:
        """Events that are stored, and then seen, with the next that are."""
        if self.is_silent:
            return []
        fresh = [self._event(name, data) for name, data in named]
        self._unseen += fresh
        return fresh

    def delta(self, name: str, data: dict[str, Any]) -> None:
        """Let everybody see a delta; it is stored soon.

        It overtakes no event that is being stored: who rejoins behind it would never see that one.
        """
        if self.is_silent:
            return
        event = self._event(name, data)
        if self._unseen:
            self._unseen.append(event)
            self._show()
        else:
            self._publish(event)
        self._store_soon()

    async def keep_up(self) -> None:
        """Wait until not too much waits to be stored."""
        if len(self._pending) >= _MAX_PENDING:
            await self._write()

    async def effect(
        self, effect_id: str, kind: str, payload: dict[str, Any], *, durable: bool
    ) -> None:
        """Note that an effect begins. If it must not be made twice, `durable`: before it does."""
        line = {"effect": kind, "id": effect_id, "payload": payload}
        await self._note(line, durable=durable, at_once=durable)

    async def result(
        self,
        effect_id: str,
        outcome: dict[str, Any],
        *,
        durable: bool = False,
        at_once: bool = True,
    ) -> float:
        """Note how an effect ended: `{"value": …}` or `{"error": …}`; returns when.

        It survives the process from then on, unless it need not be stored `at_once`.
        """
        return await self._note({"result": effect_id, **outcome}, durable=durable, at_once=at_once)

    async def _note(self, content: Record, *, durable: bool, at_once: bool) -> float:
        content = {"t": round(time.time(), 3), **content}
        if not self.is_silent:
            line = self._line(content)
            if at_once:
                await self._write(line, durable=durable)
            else:
                self._store_soon()
        at: float = content["t"]
        return at

    def beside(self, sync: Callable[[], Awaitable[None]]) -> None:
        """What must be on the disk as well when the next durable line is: both at a time."""
        self._beside.append(sync)

    def _event(self, name: str, data: dict[str, Any]) -> Event:
        return Event(self._line({"event": name, "data": data}), name, data)

    def _line(self, content: Record) -> int:
        self._count += 1
        if self._is_kept:
            line = {"n": self._count, "t": round(time.time(), 3), **content}
            if self._count == 1:
                self.began, line["seed"] = line["t"], self.seed.hex()
            self._pending.append(line)
        else:
            self._stored = self._count
        return self._count

    def _store_soon(self) -> None:
        if self._pending and not self._is_due:
            self._is_due = True
            self._soon.call(self._store_now)

    async def _store_now(self) -> None:
        self._is_due = False
        if self._closed or not self._pending:
            return
        if self._writing.locked():  # whoever waits behind a disk holds up all other runs
            self._store_soon()
            return
        with suppress(UnderstudyError):  # whoever writes next is told
            async with self._writing:
                await self._store_pending(())

    async def _write(self, *own: int, durable: bool = False) -> None:
        """Store all lines. If that fails, those that are not the caller's `own` are kept."""
        if not self._is_kept:
            return
        # Whoever has the turn before may take these lines along, and must then wait for the disk.
        self._must_last |= durable
        async with self._writing:
            if self._pending:
                await unbroken(self._store_pending(own))

    async def _store_pending(self, own: Collection[int]) -> None:
        """As `_write`, for who holds the lock."""
        lines, self._pending = self._pending, []
        durable, self._must_last = self._must_last, False
        try:
            await self._append(lines, durable=durable)
            self._stored = lines[-1]["n"]
        except Exception:
            kept = [line for line in lines if line["n"] not in own]
            self._pending = kept + self._pending
            self._must_last |= durable
            raise

    async def _append(self, lines: Sequence[Record], *, durable: bool) -> None:
        appended = self._store.append(self._log, packed(lines), durable=durable)
        if durable and self._beside:
            beside, self._beside = self._beside, []
            await asyncio.gather(appended, *(sync() for sync in beside))
        else:
            await appended

    # -- reading

    def _show(self) -> None:
        """Let everybody see, in order, what is stored, and deltas."""
        seen = 0
        while seen < len(self._unseen) and _may_be_seen(self._unseen[seen], self._stored):
            self._publish(self._unseen[seen])
            seen += 1
        del self._unseen[:seen]

    def _publish(self, event: Event) -> None:
        self._history.add(event)
        self._observe(event)

    def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """The events behind number `after`, those still to come included."""
        return self._history.follow(after)

    @property
    def last(self) -> int:
        """The number of the newest event that can be seen."""
        return self._history.last

    def close(self) -> None:
        """No more events will come; readers end when they have seen the last one."""
        self._closed = True
        self._history.close()


def _may_be_seen(event: Event, stored: int) -> bool:
    return event.n <= stored or event.name.endswith(".delta")


async def recorded(store: Store, run: Path) -> list[Event]:
    """The events of a run from its stored journal."""
    events, _ = await recorded_since(store, run, 0)
    return events


async def recorded_since(store: Store, run: Path, position: int) -> tuple[list[Event], int]:
    """The stored events behind a position of the log, and the position where they end."""
    entries = await store.read((*run, "journal"), after=position)
    events = events_in([entry.record for entry in entries])
    return events, entries[-1].position if entries else position
