"""An isolate that talks with its kernel through any engine."""

from __future__ import annotations

import asyncio
import json
import secrets
from asyncio import Future
from functools import partial

from understudy.runtimes import Limits
from understudy_v8 import kernel
from understudy_v8.engine import Engine
from understudy_v8.isolate import Ended, Lost


async def start(engine: Engine) -> KernelIsolate:
    """Wake the kernel that a snapshot has brought, or load it. Closes the engine if that fails."""
    secret = secrets.token_hex(16)
    try:
        woken = await engine.run((kernel.wake(secret),)) == [kernel.AWAKE]
        if not woken:
            await engine.run((kernel.source(secret),))
    except BaseException:
        await engine.close()
        raise
    return KernelIsolate(engine, secret, layered=woken)


class KernelIsolate:
    """See `Isolate`. A turn is two evaluations in a row: microtasks run between them.

    Where the last turn had nothing to wait for, the next one is tried in a single evaluation.
    `secret` opens the kernel's door.
    """

    def __init__(self, engine: Engine, secret: str, *, layered: bool) -> None:
        self._engine = engine
        self.layered = layered
        self._enter = f'"use strict";__understudy("{secret}","enter",'
        self._define = f'__understudy("{secret}","define",'
        self._check = f'__understudy("{secret}","check",'
        self._drain = f'__understudy("{secret}","drain")'
        self._brief = False

    @property
    def usable(self) -> bool:
        """Whether it can take another turn."""
        return self._engine.usable

    def watch(self, lost: Lost) -> None:
        """Have `lost` called if the isolate ends by itself between two turns."""
        self._engine.watch(lost)

    def restrict(self, limits: Limits) -> None:
        """Set the limits."""
        self._engine.restrict(limits)

    def define(self, path: str, text: str) -> Future[list[str]]:
        """Compile a module; the engine's own complaint becomes a `SyntaxFault`."""
        hand_over = f"{self._define}{json.dumps(path)},factory)}}"
        return self._engine.run((f"{text};{hand_over}\n//# sourceURL={path}",))

    def check(self, kind: str, body: str) -> Future[list[str]]:
        """Parse a body alone."""
        return self._engine.run((f"{self._check}{json.dumps(kind)},{json.dumps(body)})",))

    def post(self, batch: str, ended: Ended) -> Future[str]:
        """One turn."""
        turn: Future[str] = asyncio.get_running_loop().create_future()
        enter = f"{self._enter}{_literal(batch)},{'true' if self._brief else 'false'})"
        steps = (enter,) if self._brief else (enter, self._drain)
        self._engine.run(steps, partial(self._entered, turn, ended))
        return turn

    def _entered(self, turn: Future[str], ended: Ended, done: Future[list[str]]) -> None:
        steps = [] if done.exception() else done.result()
        if len(steps) > 1:
            self._brief = steps[0] == "settled"
        elif steps == [""]:  # there was something to wait for, after all
            self._brief = False
            self._engine.run((self._drain,), partial(self._entered, turn, ended))
            return
        _copy(done, turn)
        ended(turn)

    async def close(self) -> None:
        """Stop whatever runs and let go."""
        await self._engine.close()


def _literal(text: str) -> str:
    # What JSON in ASCII holds, a string of JavaScript may hold, too, but for these two. Single
    # quotes, since JSON is full of the others.
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _copy(done: Future[list[str]], turn: Future[str]) -> None:
    fault = done.exception()
    if fault is not None:
        turn.set_exception(fault)
    else:
        turn.set_result(done.result()[-1])
