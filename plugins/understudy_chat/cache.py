"""Answers that are kept for a while, and asked for once however many wait for them."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class Cache(Generic[T]):
    """`lifetime` says how many seconds an answer is good for. Usable from several event loops."""

    def __init__(self, lifetime: Callable[[T], float]) -> None:
        self._lifetime = lifetime
        self._kept: dict[Hashable, tuple[float, T]] = {}
        self._locks: WeakKeyDictionary[
            asyncio.AbstractEventLoop, defaultdict[Hashable, asyncio.Lock]
        ] = WeakKeyDictionary()

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """What is kept for the key, or else what `ask` answers. Its errors are not kept."""
        async with self._lock(key):
            until, value = self._kept.get(key, (0.0, None))
            if value is None or time.monotonic() >= until:
                value = await ask()
                self._kept[key] = (time.monotonic() + self._lifetime(value), value)
            return value

    def forget(self) -> None:
        """Ask again next time."""
        self._kept.clear()

    def _lock(self, key: Hashable) -> asyncio.Lock:
        loop = asyncio.get_running_loop()
        return self._locks.setdefault(loop, defaultdict(asyncio.Lock))[key]
