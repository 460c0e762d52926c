"""An isolate in this process, through mini-racer.

Only `eval_cancelable` is used, on the host's own event loop: it awaits a string, bounded by our
own timer, and never waits for the isolate's thread. Making and closing block, so they have threads.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from asyncio import AbstractEventLoop, Future, Task
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from understudy.errors import ScriptError
from understudy.runtimes import Limits
from understudy_v8 import disposal, kernel
from understudy_v8.isolate import Ended, SyntaxFault, out_of_memory, out_of_time

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

_CLOSE_SECONDS = 1.0
Then = Callable[[Future[list[str]]], None]
_keys = count(1)
_log = logging.getLogger("understudy.v8")


async def make_embedded() -> EmbeddedIsolate:
    """A new isolate, made on a thread: the first takes 0.1 s, since V8 is loaded then."""
    loop = asyncio.get_running_loop()
    secret = secrets.token_hex(16)
    racer, key = await asyncio.to_thread(_make, loop, secret)
    return EmbeddedIsolate(racer, key, secret)


def _make(loop: AbstractEventLoop, secret: str) -> tuple[MiniRacer, int]:
    from py_mini_racer import mini_racer

    context: AbstractContextManager[MiniRacer] = mini_racer(loop)
    racer = context.__enter__()
    key = next(_keys)

    def close() -> None:
        context.__exit__(None, None, None)

    disposal.register(key, close)
    racer.eval(kernel.source(secret))
    return racer, key


class EmbeddedIsolate:
    """See `Isolate`. A turn is two evaluations in a row: microtasks run between them.

    Where the last turn had nothing to wait for, the next one is tried in a single evaluation.
    """

    def __init__(self, racer: MiniRacer, key: int, secret: str) -> None:
        self._racer = racer
        self._key = key
        self._enter = f'"use strict";__understudy("{secret}","enter",'
        self._define = f'__understudy("{secret}","define",'
        self._check = f'__understudy("{secret}","check",'
        self._drain = f'__understudy("{secret}","drain")'
        self._limits = Limits()
        self._brief = False
        self._closed = False
        self._tasks: set[Task[Any]] = set()

    def restrict(self, limits: Limits) -> None:
        """Set the limits. The memory limit looks at the heap after a garbage collection."""
        self._limits = limits
        self._racer.set_hard_memory_limit(limits.memory_bytes)

    def define(self, path: str, text: str) -> Future[list[str]]:
        """Compile a module; the engine's own complaint becomes a `SyntaxFault`."""
        hand_over = f"{self._define}{json.dumps(path)},factory)}}"
        return self._run(f"{text};{hand_over}\n//# sourceURL={path}")

    def check(self, kind: str, body: str) -> Future[list[str]]:
        """Parse a body alone."""
        return self._run(f"{self._check}{json.dumps(kind)},{json.dumps(body)})")

    def post(self, batch: str, ended: Ended) -> Future[str]:
        """One turn."""
        turn: Future[str] = asyncio.get_running_loop().create_future()
        enter = f"{self._enter}{json.dumps(batch)},{'true' if self._brief else 'false'})"
        steps = (enter,) if self._brief else (enter, self._drain)
        self._run(*steps, then=partial(self._entered, turn, ended))
        return turn

    def _entered(self, turn: Future[str], ended: Ended, done: Future[list[str]]) -> None:
        steps = [] if done.exception() else done.result()
        if len(steps) > 1:
            self._brief = steps[0] == "settled"
        elif steps == [""]:  # there was something to wait for, after all
            self._brief = False
            self._run(self._drain, then=partial(self._entered, turn, ended))
            return
        _copy(done, turn)
        ended(turn)

    async def close(self) -> None:
        """Close on a thread; report the context as lost if that does not end."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        if not await disposal.close(self._key, _CLOSE_SECONDS):
            _log.warning("a script could not be stopped; it goes on using a processor core")

    def _run(self, *texts: str, then: Then | None = None) -> Future[list[str]]:
        """Evaluate in a row. `then` is called right at the end, where a callback would queue."""
        loop = asyncio.get_running_loop()
        result: Future[list[str]] = loop.create_future()
        if self._closed:
            result.set_exception(ScriptError("the script was closed", kind="cancelled"))
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
        faults = [fault for task in tasks if (fault := _fault(task)) is not None]
        if self._closed or tasks[-1].cancelled():
            result.set_exception(ScriptError("the script was closed", kind="cancelled"))
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

    def _explain(self, fault: BaseException) -> Exception:
        head = str(fault).partition("\n")[0]
        if "SyntaxError: " in head:
            return _syntax_fault(str(fault))
        return self._broken(ScriptError(f"the script broke its engine: {head[:300]}"))

    def _broken(self, error: ScriptError) -> ScriptError:
        # Stops the code by closing the context, which also ends loops of microtasks.
        self._closed = True
        disposal.start_closing(self._key)
        return error


def _copy(done: Future[list[str]], turn: Future[str]) -> None:
    fault = done.exception()
    if fault is not None:
        turn.set_exception(fault)
    else:
        turn.set_result(done.result()[-1])


def _ignore(_: Future[list[str]]) -> None:
    """For what is awaited."""


def _fault(task: Task[Any]) -> BaseException | None:
    if not task.done() or task.cancelled():
        return None
    return task.exception()


def _syntax_fault(text: str) -> SyntaxFault:
    # "<anonymous>:3: SyntaxError: message", the line of source, then a line of blanks and carets.
    head, _, rest = text.partition("\n")
    match = re.match(r".*?:(\d+): SyntaxError: (.*)", head)
    if match is None:
        return SyntaxFault(head[:300], 1, None)
    lines = rest.split("\n")
    carets = lines[1] if len(lines) > 1 else ""
    column = carets.find("^") + 1 or None
    return SyntaxFault(match[2], int(match[1]), column)
