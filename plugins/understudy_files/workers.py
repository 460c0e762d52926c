"""Work in threads, awaited so that none goes on behind the caller's back."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def settled(future: Future[T]) -> T:
    """The result. When cancelled: work that has begun is waited for, other work is not begun."""
    if future.done():
        return future.result()
    waiter = asyncio.wrap_future(future)
    try:
        return await asyncio.shield(waiter)
    except asyncio.CancelledError:
        if not future.cancel():
            await asyncio.wait([waiter])
            waiter.exception()
        raise
