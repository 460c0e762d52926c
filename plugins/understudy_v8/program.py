"""A loaded assistant: its exports, and the isolates that run them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from understudy.errors import ScriptError
from understudy.runs.run import Part, Run
from understudy.runtimes import Limits
from understudy.tools import Function, ToolCall
from understudy_v8.calls import Proceed
from understudy_v8.messages import Exports
from understudy_v8.modules.graph import Graph
from understudy_v8.pool import Pool
from understudy_v8.session import Session
from understudy_v8.web import Layer

_WARM = 2


class V8Program:
    """See `understudy.runtimes.Program`.

    A session serves one run at a time, so module state belongs to a run while it lasts; a tool
    called by the run's own `invoke` finds the state that `invoke` has left there.
    """

    def __init__(
        self,
        graph: Graph,
        layer: Layer,
        limits: Limits,
        pool: Pool,
        clock: Callable[[], float],
    ) -> None:
        self._graph = graph
        self._layer = layer
        self._limits = limits
        self._pool = pool
        self._clock = clock
        self._warm: list[Session] = []
        self._live: set[Session] = set()
        self._runs: dict[str, Session] = {}
        self._closed = False
        self.exports: frozenset[str] = frozenset()
        self.functions: Sequence[Function] = ()

    async def start(self) -> None:
        """Evaluate the program once, to learn its exports. Raises `ScriptError`."""
        async with self._lease():
            pass

    async def load(self, assistant: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """`load(assistant)`."""
        async with self._lease() as session:
            value = await session.call("load", dict(assistant))
        if value is None or isinstance(value, dict):
            return value
        raise self._wrong("load", "must return the assistant (an object) or nothing")

    async def validate(self, assistant: Mapping[str, Any]) -> Sequence[Any]:
        """`validate(assistant)`."""
        async with self._lease() as session:
            value = await session.call("validate", dict(assistant))
        problems = value if isinstance(value, list) else [] if value is None else [value]
        if all(_is_problem(problem) for problem in problems):
            return problems
        raise self._wrong("validate", "must return problems: text, or objects with a `message`")

    async def invoke(self, run: Run) -> AsyncIterator[Part]:
        """`invoke(run)`."""
        async with self._lease(run) as session:
            call = session.begin(run)
            try:
                while (part := await session.part(call)) is not None:
                    yield part
            finally:
                await session.stop(call)

    async def execute(self, call: ToolCall) -> Any:
        """`execute(args, call)`."""
        async with self._lease(call.run, joins=True) as session:
            return await session.call("execute", _request(call), run=call.run)

    async def tool_call(self, call: ToolCall, proceed: Proceed) -> Any:
        """`toolCall(call, next)`."""
        async with self._lease(call.run, joins=True) as session:
            return await session.call(
                "toolCall", _request(call), run=call.run, tool_call=call, proceed=proceed
            )

    async def close(self) -> None:
        """Stop everything."""
        self._closed = True
        for session in self._warm:
            self._pool.idle.wake(session)
        await asyncio.gather(*(session.close() for session in self._live))
        self._live.clear()
        self._warm.clear()

    @asynccontextmanager
    async def _lease(
        self, run: Run | None = None, *, joins: bool = False
    ) -> AsyncIterator[Session]:
        """A session for one run. `joins`: the one that works for the run already, if any does."""
        shared = self._runs.get(run.id) if joins and run is not None else None
        if shared is not None:
            with shared.joined():
                yield shared
            return
        await self._pool.enter()
        try:
            session = await self._take()
            if run is not None:
                session.attend(run)
                self._runs.setdefault(run.id, session)
            try:
                yield session
            finally:
                if run is not None and self._runs.get(run.id) is session:
                    del self._runs[run.id]
                await self._give_back(session)
        finally:
            self._pool.leave()

    async def _take(self) -> Session:
        if self._closed:
            raise ScriptError("the assistant was closed", kind="cancelled")
        while self._warm:
            session = self._warm.pop()
            self._pool.idle.wake(session)
            if session.usable:
                return session
            self._live.discard(session)
            await session.close()
        isolate = await self._pool.take()
        isolate.restrict(self._limits)
        session = Session(isolate, self._graph, self._layer, self._clock)
        self._live.add(session)
        try:
            self._learn(await session.load())
        except BaseException:
            self._live.discard(session)
            await session.close()
            raise
        return session

    async def _give_back(self, session: Session) -> None:
        rested = False
        try:
            await session.rest()
            rested = True
        finally:
            if rested and session.usable and not self._closed and len(self._warm) < _WARM:
                self._warm.append(session)
                await self._pool.idle.rest(session, self._let_go)
            elif session in self._live:
                self._live.discard(session)
                await session.close()

    async def _let_go(self, session: Session) -> None:
        self._warm.remove(session)
        self._live.discard(session)
        await session.close()

    def _learn(self, exports: Exports) -> None:
        self.exports = exports.exports
        self.functions = tuple(Function(**dict(tool)) for tool in exports.tools)

    def _wrong(self, where: str, what: str) -> ScriptError:
        return ScriptError(f"{self._graph.main}: `{where}` {what}", file=self._graph.main)


def _request(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}


def _is_problem(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, dict) and isinstance(value.get("message"), str)
    )
