"""Isolates in stock, with the kernel loaded, so that loading an assistant need not wait for one."""

from __future__ import annotations

import asyncio
from asyncio import Queue, Task
from typing import Any

from understudy.errors import ScriptError
from understudy_v8.idle import Idle
from understudy_v8.isolate import Isolate, IsolateMaker

_SPARE = 2
_BUSY = 64
_IDLE = 32
_WAIT_SECONDS = 30.0


class Pool:
    """Makes isolates ahead of time, and counts those in use."""

    def __init__(self, make: IsolateMaker) -> None:
        self._make = make
        self._ready: Queue[Isolate | Exception] = Queue()
        self._making: set[Task[None]] = set()
        self.idle: Idle[Any] = Idle(_IDLE)
        self._slots = asyncio.Semaphore(_BUSY)
        self._taken = 0
        self._waiting = 0
        self._closed = False

    async def enter(self) -> None:
        """Wait for the right to run a script; 64 may at a time. Raises `ScriptError` after 30 s."""
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            hint = "Try again when some have ended."
            raise ScriptError(f"{_BUSY} scripts are running already", hint=hint) from None

    def leave(self) -> None:
        """Give the right back."""
        self._slots.release()

    async def take(self) -> Isolate:
        """A fresh isolate. The caller closes it."""
        self._taken += 1
        taken = await self._next()
        while not isinstance(taken, Exception) and not taken.usable:
            await taken.close()
            taken = await self._next()
        if isinstance(taken, Exception):
            if self._closed:
                self._ready.put_nowait(taken)  # for the next who waits
            raise taken
        return taken

    def restock(self) -> None:
        """Make spare isolates, in the background: none for a process that needs only one."""
        spare = min(_SPARE, self._taken - 1)
        while not self._closed and self._ready.qsize() + len(self._making) < spare:
            self._start_making()

    async def close(self) -> None:
        """Close the isolates in stock."""
        self._closed = True
        if self._making:
            await asyncio.wait(self._making)
        while not self._ready.empty():
            isolate = self._ready.get_nowait()
            if not isinstance(isolate, Exception):
                await isolate.close()
        self._ready.put_nowait(ScriptError("the V8 runtime is closed", kind="cancelled"))

    async def _next(self) -> Isolate | Exception:
        self._waiting += 1
        try:
            # One for each who waits: what is ready may be on its way to somebody else.
            if self._ready.qsize() + len(self._making) < self._waiting and not self._closed:
                self._start_making()
            return await self._ready.get()
        finally:
            self._waiting -= 1

    def _start_making(self) -> None:
        task = asyncio.get_running_loop().create_task(self._make_one())
        self._making.add(task)
        task.add_done_callback(self._making.discard)

    async def _make_one(self) -> None:
        made: Isolate | Exception
        try:
            made = await self._make()
        except Exception as error:
            made = error
        self._making -= {asyncio.current_task()}  # it is counted as ready from here on
        self._ready.put_nowait(made)
