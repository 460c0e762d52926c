"""Sessions that rest between two runs: each holds memory, and in the jail a process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Idle(Generic[T]):
    """At most so many rest, whosever they are; who has rested longest is let go."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._resting: dict[T, Callable[[T], Awaitable[None]]] = {}

    async def rest(self, session: T, let_go: Callable[[T], Awaitable[None]]) -> None:
        """Keep a session until it is woken, or let go to make room."""
        self._resting[session] = let_go
        while len(self._resting) > self._limit:
            oldest = next(iter(self._resting))
            await self._resting.pop(oldest)(oldest)

    def wake(self, session: T) -> None:
        """Take a session out, if it rests."""
        self._resting.pop(session, None)
