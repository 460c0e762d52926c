"""An engine in this process, through mini-racer.

Only `eval_cancelable` is used, on the host's own event loop: it awaits a string, bounded by our
own timer, and never waits for the isolate's thread. Making and closing block, so they have threads.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop, Future, Task
from contextlib import AbstractContextManager, suppress
from functools import cache
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any

from understudy.errors import ScriptError
from understudy.runtimes import Limits
from understudy_v8 import disposal, extras
from understudy_v8.engine import Then, closed, fault
from understudy_v8.isolate import Lost, out_of_memory, out_of_time
from understudy_v8.kernel_isolate import KernelIsolate, start
from understudy_v8.snapshot.blob import install_from
from understudy_v8.snapshot.shelf import find

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

_CLOSE_SECONDS = 1.0
_keys = count(1)
_preparing = Lock()
_log = logging.getLogger("understudy.v8")


async def make_embedded() -> KernelIsolate:
    """A new isolate, made on a thread: the first takes 0.1 s, since V8 is loaded then."""
    loop = asyncio.get_running_loop()
    racer, key = await asyncio.to_thread(_make, loop)
    return await start(EmbeddedEngine(racer, key))


@cache
def _prepare() -> None:
    # Whoever has initialised V8 before us may have heaps, and then it is too late for a snapshot.
    from py_mini_racer import DEFAULT_V8_FLAGS, LibAlreadyInitializedError, init_mini_racer

    snapshot = find(" ".join(DEFAULT_V8_FLAGS))
    with suppress(LibAlreadyInitializedError):
        install_from(init_mini_racer(), str(snapshot or ""))


def _make(loop: AbstractEventLoop) -> tuple[MiniRacer, int]:
    from py_mini_racer import mini_racer

    with _preparing:
        _prepare()
    context: AbstractContextManager[MiniRacer] = mini_racer(loop)
    racer = context.__enter__()
    key = next(_keys)

    def close() -> None:
        context.__exit__(None, None, None)

    disposal.register(key, close)
    extras.expose(racer)
    return racer, key


class EmbeddedEngine:
    """See `Engine`."""

    def __init__(self, racer: MiniRacer, key: int) -> None:
        self._racer = racer
        self._key = key
        self._limits = Limits()
        self._closed = False
        self._tasks: set[Task[Any]] = set()

    @property
    def usable(self) -> bool:
        """Whether it can evaluate more."""
        return not self._closed

    def watch(self, lost: Lost) -> None:
        """It never ends by itself: it would take this process along."""

    def restrict(self, limits: Limits) -> None:
        """Set the limits. The memory limit looks at the heap after a garbage collection."""
        self._limits = limits
        self._racer.set_hard_memory_limit(limits.memory_bytes)

    async def close(self) -> None:
        """Close on a thread; report the context as lost if that does not end."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        if not await disposal.close(self._key, _CLOSE_SECONDS):
            _log.warning("a script could not be stopped; it goes on using a processor core")

    def run(self, texts: tuple[str, ...], then: Then | None = None) -> Future[list[str]]:
        """Evaluate in a row. `then` is called right at the end, where a callback would queue."""
        loop = asyncio.get_running_loop()
        result: Future[list[str]] = loop.create_future()
        if self._closed:
            result.set_exception(closed())
            loop.call_soon(then or _ignore, result)
            return result
        tasks = [loop.create_task(self._racer.eval_cancelable(text)) for text in texts]
        self._tasks.update(tasks)
        limit = self._limits.turn_seconds
        timer = loop.call_later(limit, self._expire, result, tasks, then or _ignore)

        def settle(_: Task[Any]) -> None:
            timer.cancel()
            self._tasks.difference_update(tasks)
            if not result.done():
                self._settle(result, tasks)
                (then or _ignore)(result)

        tasks[-1].add_done_callback(settle)
        return result

    def _settle(self, result: Future[list[str]], tasks: list[Task[Any]]) -> None:
        faults = [error for task in tasks if (error := _fault(task)) is not None]
        if self._closed or tasks[-1].cancelled():
            result.set_exception(closed())
        elif self._racer.was_hard_memory_limit_reached():
            # Asked each time: a script that is ended among its microtasks leaves only this mark.
            result.set_exception(self._broken(out_of_memory(self._limits)))
        elif faults:
            result.set_exception(self._explain(faults[0]))
        else:
            result.set_result([task.result() for task in tasks])

    def _expire(self, result: Future[list[str]], tasks: list[Task[Any]], then: Then) -> None:
        if not result.done():
            result.set_exception(self._broken(out_of_time(self._limits)))
            then(result)
        for task in tasks:
            task.cancel()

    def _explain(self, error: BaseException) -> Exception:
        found = fault(str(error))
        return self._broken(found) if isinstance(found, ScriptError) else found

    def _broken(self, error: ScriptError) -> ScriptError:
        # Stops the code by closing the context, which also ends loops of microtasks.
        self._closed = True
        disposal.start_closing(self._key)
        return error


def _ignore(_: Future[list[str]]) -> None:
    """For what is awaited."""


def _fault(task: Task[Any]) -> BaseException | None:
    if not task.done() or task.cancelled():
        return None
    return task.exception()
