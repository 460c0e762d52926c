"""A conversation with one isolate: calls go in, and what they ask for is done."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import struct
from asyncio import Future
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from understudy.errors import ScriptError
from understudy.runs.run import Part, Run
from understudy.tools import ToolCall
from understudy_v8 import messages as say
from understudy_v8.calls import Call, Proceed
from understudy_v8.channel import Channel
from understudy_v8.clock import Clock
from understudy_v8.isolate import Isolate
from understudy_v8.loading import define_layer, define_modules
from understudy_v8.logbook import Logbook
from understudy_v8.modules.graph import Graph
from understudy_v8.stacks import script_error
from understudy_v8.timers import Timers
from understudy_v8.web import Layer

_STOP_SECONDS = 0.5
_AMBIENT = 0  # the id of the call that `fetch` belongs to


class Session:
    """A program in an isolate, working for one run at a time."""

    def __init__(
        self, isolate: Isolate, graph: Graph, layer: Layer, clock: Callable[[], float]
    ) -> None:
        self._isolate = isolate
        self._graph = graph
        self._layer = layer
        self._clock = Clock(clock)
        self._channel = Channel(
            isolate, self._clock.read, self._receive, self._find_stuck, self._end_all
        )
        self._timers = Timers(
            self._wait, lambda timer: self._channel.post({"type": "fire", "id": timer})
        )
        self._timed = False
        self._logbook = Logbook()
        self._calls: dict[int, Call] = {}
        self._ambient: Call | None = None
        self._last_call = 0
        self._guests = 0
        self._alone = asyncio.Event()
        self._alone.set()

    @property
    def usable(self) -> bool:
        """Whether another call can be made here."""
        return self._channel.error is None and self._isolate.usable

    async def load(self) -> say.Exports:
        """Compile, link and evaluate the program. Raises `ScriptError`."""
        if self._layer.parts:
            await define_layer(self._isolate, self._layer)
            self._channel.note(self._layer.message())
        await define_modules(self._isolate, self._graph)
        self._channel.note(_seed(self._graph.main.encode()))
        self._attend(None)
        call = self._open("load", None)
        record = {"modules": self._graph.records(), "main": self._graph.main}
        value = await self._finish(call, {"type": "load", "call": call.id, **record})
        try:
            return say.Exports.model_validate(value)
        except ValidationError as error:
            raise ScriptError("the exports cannot be read", file=self._graph.main) from error

    async def call(
        self,
        name: str,
        argument: Any,
        *,
        run: Run | None = None,
        tool_call: ToolCall | None = None,
        proceed: Proceed | None = None,
    ) -> Any:
        """Call an export and wait for its result."""
        call = self._open(name, run)
        call.tool_call, call.proceed = tool_call, proceed
        return await self._finish(
            call, {"type": "call", "call": call.id, "name": name, "args": [argument]}
        )

    def attend(self, run: Run) -> None:
        """Take a run on: its logs, its clock, its chance."""
        self._logbook.run = run
        self._clock.attend(run)
        self._channel.note(_seed(run.seed))
        self._attend(run)

    def begin(self, run: Run) -> Call:
        """Start `invoke`; its first part is on the way. End it with `stop`."""
        call = self._open("invoke", run)
        self._channel.post({"type": "invoke", "call": call.id, "view": run.view()})
        return call

    async def part(self, call: Call) -> Part | None:
        """The next part of `invoke`; None at the end."""
        if call.parked:
            call.parked = False
            if self._channel.error is not None:
                raise self._channel.error
            if call.id not in self._calls:
                return None
            call.answer = asyncio.get_running_loop().create_future()
            self._clock.tick()
            self._channel.post({"type": "pull", "call": call.id})
        part: Part | None = await call.answer
        call.parked = part is not None
        return part

    async def stop(self, call: Call) -> None:
        """End a call, whatever it does: at once if it is over, else it may clean up briefly."""
        try:
            if call.id in self._calls and self._channel.error is None:
                await self._ask_to_stop(call)
        finally:
            if call.id in self._calls:
                self._close_call(call)
                self._channel.fail(_unstoppable())
            await call.finish()

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Use what another call has leased; it gives nothing back before this has ended."""
        self._guests += 1
        self._alone.clear()
        try:
            yield
        finally:
            self._guests -= 1
            if not self._guests:
                self._alone.set()

    async def rest(self) -> None:
        """Forget what a run left behind, before the next one."""
        await self._alone.wait()
        await self._forget()
        await self._timers.close()
        if self._timed:
            self._timed = False
            self._channel.note({"type": "reset"})
        if not await self._channel.quiet(_STOP_SECONDS):
            self._channel.fail(_unstoppable())
        await self._logbook.close()
        self._clock.attend(None)

    async def close(self) -> None:
        """Stop everything and let the isolate go."""
        calls = list(self._calls.values())
        self._channel.fail(ScriptError("the assistant was closed", kind="cancelled"))
        for call in calls:
            await call.finish()
        await self.rest()
        await self._isolate.close()

    def _attend(self, run: Run | None) -> None:
        """Open what `fetch` belongs to: not a call, since one call may read what another began."""
        if not self._layer.parts:
            return
        answer: Future[Any] = asyncio.get_running_loop().create_future()
        self._ambient = Call(_AMBIENT, "fetch", self._reply, answer, run)
        self._channel.note({"type": "attend"})
        self._channel.note({"type": "entropy", "words": _entropy(run)})

    async def _forget(self) -> None:
        if self._ambient is not None:
            ambient, self._ambient = self._ambient, None
            self._channel.note({"type": "drop", "call": _AMBIENT})
            await ambient.finish()

    def _open(self, where: str, run: Run | None) -> Call:
        if self._channel.error is not None:
            raise self._channel.error
        self._last_call += 1
        answer: Future[Any] = asyncio.get_running_loop().create_future()
        call = Call(self._last_call, where, self._reply, answer, run)
        self._calls[call.id] = call
        return call

    async def _finish(self, call: Call, message: dict[str, Any]) -> Any:
        self._channel.post(message)
        try:
            return await call.answer
        finally:
            await self.stop(call)

    async def _ask_to_stop(self, call: Call) -> None:
        call.stopping = asyncio.get_running_loop().create_future()
        self._channel.post({"type": "stop", "call": call.id})
        await asyncio.wait({call.stopping}, timeout=_STOP_SECONDS)

    def _reply(self, call: int, request: int, value: Any, error: dict[str, Any] | None) -> None:
        self._channel.post(
            {"type": "answer", "call": call, "id": request, "value": value, "error": error}
        )

    def _receive(self, message: say.Message) -> None:
        match message:
            case say.Timer():
                self._set_timer(message)
            case say.Clear():
                self._timers.forget(message.id)
            case say.Log():
                self._logbook.write(message)
            case _:
                ambient = message.call == _AMBIENT
                call = self._ambient if ambient else self._calls.get(message.call)
                if call is not None:
                    self._receive_for(call, message)

    def _set_timer(self, message: say.Timer) -> None:
        self._timed = True
        if self._calls:
            self._timers.set(message.id, message.delay)

    async def _wait(self, seconds: float) -> None:
        run = self._logbook.run
        if run is None:
            await asyncio.sleep(seconds)
        else:
            await run.effect("timer", {"seconds": seconds})

    def _receive_for(self, call: Call, message: say.CallMessage) -> None:
        match message:
            case say.Request():
                call.request(message)
            case say.Pull():
                call.pull(message)
            case say.Shut():
                call.shut(message)
            case say.Push():
                call.push(message)
            case say.Result() | say.PartYielded():
                self._settle(call, message.value, over=isinstance(message, say.Result))
            case say.End():
                self._settle(call, None, over=True)
            case say.Failure():
                self._fail(call, message.error)
            case say.Stopped():
                self._close_call(call)

    def _settle(self, call: Call, value: Any, *, over: bool) -> None:
        if not call.answer.done():
            call.answer.set_result(value)
        if over and call.stopping is None:
            self._close_call(call)

    def _fail(self, call: Call, thrown: say.JSError) -> None:
        # What the script did not catch is passed on as it was: the host knows it better.
        error = call.failures.get(thrown.origin or 0)
        if not call.answer.done():
            call.answer.set_exception(error or script_error(thrown, self._graph, call.where))
        if call.stopping is None:
            self._close_call(call)

    def _close_call(self, call: Call) -> None:
        if self._calls.pop(call.id, None) is None:
            return
        self._channel.note({"type": "drop", "call": call.id})
        if call.stopping is not None and not call.stopping.done():
            call.stopping.set_result(None)

    def _find_stuck(self) -> None:
        """Fail the calls that nothing can wake any more."""
        calls = list(self._calls.values())
        fetching = self._ambient is not None and self._ambient.busy
        awake = self._timers or fetching or any(call.busy or _is_parked(call) for call in calls)
        if awake or self._channel.error is not None:
            return
        for call in calls:
            if call.stopping is not None:
                self._channel.fail(_unstoppable())
            elif not call.answer.done():
                self._close_call(call)
                call.answer.set_exception(_stuck(call.where, self._graph.main))

    def _end_all(self, error: ScriptError) -> None:
        error.file = error.file or self._graph.main
        self._timers.clear()
        for call in list(self._calls.values()):
            self._close_call(call)
            if not call.answer.done():
                call.answer.set_exception(error)


def _unstoppable() -> ScriptError:
    return ScriptError("the script did not stop when asked", kind="cancelled")


def _is_parked(call: Call) -> bool:
    return call.where == "invoke" and call.answer.done()


def _stuck(where: str, file: str) -> ScriptError:
    return ScriptError(
        f"`{where}` waits for a promise that nothing can settle any more",
        file=file,
        hint="Look for `await` on a promise whose `resolve` is never called.",
    )


def _entropy(run: Run | None) -> list[int]:
    source = secrets.token_bytes(32) if run is None else hashlib.sha256(run.seed).digest()
    return list(struct.unpack(">8I", source))


def _seed(source: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(b"Math.random" + source).digest()
    return {"type": "seed", "words": struct.unpack(">4I", digest[:16])}
