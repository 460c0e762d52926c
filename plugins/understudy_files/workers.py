"""Work in threads, awaited so that none goes on behind the caller's back."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def settled(future: Future[T]) -> T:
    """The result. When cancelled: work that has begun is waited for, other work is not begun."""
    if not future.done():
        try:
            await _done(future)
        except asyncio.CancelledError:
            if not future.cancel():
                await _patiently(_done(future))
            raise
    return future.result()


def _done(future: Future[T]) -> asyncio.Future[None]:
    """Wakes when the thread is done. A third of the time of `asyncio.wrap_future` and `shield`."""
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()

    def wake() -> None:
        if not waiter.done():
            waiter.set_result(None)

    def tell(_: Future[T]) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(wake)

    future.add_done_callback(tell)
    return waiter


async def _patiently(waiter: asyncio.Future[None]) -> None:
    """Wait, whoever else loses patience."""
    while not waiter.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([waiter])
