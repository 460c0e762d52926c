"""The runtime: opens assistants' code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from understudy.runtimes import Source
from understudy_v8.embedded import make_embedded
from understudy_v8.isolate import IsolateMaker
from understudy_v8.modules.graph import load_graph
from understudy_v8.pool import Pool
from understudy_v8.program import V8Program
from understudy_v8.web import choose


class V8Runtime:
    """Runs JavaScript in V8; see `understudy.runtimes.Runtime`.

    `make` makes the isolates: where code runs. `clock` gives the time that scripts see, in
    seconds since 1970. A runtime belongs to the event loop that first uses it.
    """

    def __init__(
        self, make: IsolateMaker = make_embedded, clock: Callable[[], float] = time.time
    ) -> None:
        self._pool = Pool(make)
        self._clock = clock
        self._programs: set[V8Program] = set()

    async def open(self, source: Source) -> V8Program:
        """Load an assistant's code. Raises `ScriptError`."""
        graph = await asyncio.to_thread(load_graph, source)
        layer = choose(graph.texts(), source.grant.env)
        program = V8Program(graph, layer, source.limits, self._pool, self._clock)
        self._programs.add(program)
        try:
            await program.start()
        except BaseException:
            self._programs.discard(program)
            await program.close()
            raise
        self._pool.restock()
        return program

    async def close(self) -> None:
        """Close every program and the pool."""
        programs = list(self._programs)
        self._programs.clear()
        await asyncio.gather(*(program.close() for program in programs))
        await self._pool.close()
