"""Closing of contexts, which can hang: a built-in function of V8 may run for hours, deaf to stops.

A context left open can keep the interpreter from exiting. So each is registered here when it is
made, and whatever is still open at exit is closed then, or the process is left without it.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

_EXIT_SECONDS = 1.0
_open: dict[int, Callable[[], None]] = {}
_closing: dict[int, Thread] = {}


def register(key: int, close: Callable[[], None]) -> None:
    """Remember how to close a context. `close` may block for ever."""
    _open[key] = close


def open_contexts() -> int:
    """How many contexts are open, those included that cannot be closed."""
    return len(_open) + len(_closing)


def start_closing(key: int) -> Thread | None:
    """Close a context on a thread of its own; None when that was done before."""
    close = _open.pop(key, None)
    if close is None:
        return _closing.get(key)

    def run() -> None:
        close()
        _closing.pop(key, None)

    thread = Thread(target=run, name=f"understudy-v8-close-{key}", daemon=True)
    _closing[key] = thread
    thread.start()
    return thread


async def close(key: int, seconds: float) -> bool:
    """Close a context; False if that took too long. It goes on closing, and keeps its thread."""
    thread = start_closing(key)
    if thread is None:
        return True
    await asyncio.to_thread(thread.join, seconds)
    return not thread.is_alive()


@atexit.register
def _close_at_exit() -> None:
    for key in list(_open):
        start_closing(key)
    until = time.monotonic() + _EXIT_SECONDS
    for thread in list(_closing.values()):
        thread.join(max(0.0, until - time.monotonic()))
    if _closing:
        _leave()


def _leave() -> None:
    with suppress(Exception):
        sys.stdout.flush()
        print(  # noqa: T201 - the last words of the process
            "understudy: a script could not be stopped; leaving without it", file=sys.stderr
        )
        sys.stderr.flush()
    os._exit(1)
