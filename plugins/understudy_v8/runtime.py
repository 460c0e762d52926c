"""The runtime: opens assistants' code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from understudy.runtimes import Source
from understudy_v8.embedded import make_embedded
from understudy_v8.isolation import is_jailed
from understudy_v8.jail.jail import Jail
from understudy_v8.modules.graph import load_graph
from understudy_v8.pool import Pool
from understudy_v8.program import V8Program
from understudy_v8.web import choose


class V8Runtime:
    """Runs JavaScript in V8; see `understudy.runtimes.Runtime`.

    `clock` gives the time that scripts see, in seconds since 1970. A runtime belongs to the event
    loop that first uses it.
    """

    def __init__(self, clock: Callable[[], float] = time.time, jail: Jail | None = None) -> None:
        self._jail = jail or Jail()
        self._here = Pool(make_embedded)
        self._jailed = Pool(self._jail.make)
        self._clock = clock
        self._programs: set[V8Program] = set()

    async def open(self, source: Source) -> V8Program:
        """Load an assistant's code. Raises `ScriptError`."""
        pool = self._jailed if is_jailed(source) else self._here
        graph = await asyncio.to_thread(load_graph, source)
        layer = choose(graph.texts(), source.grant.env)
        program = V8Program(graph, layer, source.limits, pool, self._clock)
        self._programs.add(program)
        try:
            await program.start()
        except BaseException:
            self._programs.discard(program)
            await program.close()
            raise
        pool.restock()
        return program

    async def close(self) -> None:
        """Close every program, what is in stock, and the jail."""
        programs = list(self._programs)
        self._programs.clear()
        await asyncio.gather(*(program.close() for program in programs))
        await self._here.close()
        await self._jailed.close()
        await self._jail.close()
