"""The events of a run that can be seen, for as many readers as there are."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from understudy.events import Event
from understudy.runs.lines import events_in, packed
from understudy.store import Record

_FRESH: Final = 16
"""So many events, at least, are kept as they are: readers are rarely further behind."""


class History:
    """What has happened, and what still comes.

    Events of some time ago are kept as the lines of a journal, in which the deltas of a text share
    one: an event by itself takes a kilobyte, and a long answer has thousands.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._past: list[Record] = []
        self._past_end = 0
        """The number of the last event in `_past`."""
        self._fresh: list[Event] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._closed = False
        for event in events:
            self.add(event)

    @property
    def last(self) -> int:
        """The number of the newest event; 0 before there is one."""
        return self._fresh[-1].n if self._fresh else 0

    def add(self, event: Event) -> None:
        """Let everybody see an event."""
        self._fresh.append(event)
        if len(self._fresh) == 2 * _FRESH:
            self._put_away()
        if self._waiting:
            self._wake_readers()

    def close(self) -> None:
        """No more events will come; readers end when they have seen the last one."""
        self._closed = True
        self._wake_readers()

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """The events behind number `after`, those still to come included."""
        while True:
            for event in self._behind(after):
                yield event
                after = event.n
            if self.last > after:
                continue
            if self._closed:
                return
            reader = asyncio.get_running_loop().create_future()
            self._waiting.append(reader)
            await reader

    def _behind(self, number: int) -> Sequence[Event]:
        fresh = self._fresh[bisect_right(self._fresh, number, key=_number) :]
        if number >= self._past_end:
            return fresh
        return [event for event in events_in(self._past) if event.n > number] + fresh

    def _put_away(self) -> None:
        old, self._fresh = self._fresh[:_FRESH], self._fresh[_FRESH:]
        lines = [{"n": event.n, "event": event.name, "data": event.data} for event in old]
        self._past += packed(lines)
        self._past_end = old[-1].n

    def _wake_readers(self) -> None:
        waiting, self._waiting = self._waiting, []
        for reader in waiting:
            if not reader.done():
                reader.set_result(None)


def _number(event: Event) -> int:
    return event.n
