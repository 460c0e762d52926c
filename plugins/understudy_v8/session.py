"""A conversation with one isolate: messages in, the outbox out, and what it asks for done."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import struct
from asyncio import Future, Task, TimerHandle
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from understudy.errors import ScriptError
from understudy.runs.run import Part, Run
from understudy.tools import ToolCall
from understudy_v8 import messages as say
from understudy_v8.calls import Call, Proceed
from understudy_v8.isolate import Isolate, SyntaxFault
from understudy_v8.modules.graph import Graph
from understudy_v8.places import error_at
from understudy_v8.stacks import restore, script_error

_STOP_SECONDS = 0.5
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# What V8 says when an import or export statement was not recognised, and so not replaced.
_MODULE_WORDS = re.compile(r"token 'export'|import statement outside")
_STATEMENT_HINT = "The import or export statement is incomplete, or needs a semicolon behind it."
_log = logging.getLogger("understudy.v8")


class Session:
    """A program in an isolate. JavaScript runs only while a turn is under way, one at a time."""

    def __init__(self, isolate: Isolate, graph: Graph, clock: Callable[[], float]) -> None:
        self._isolate = isolate
        self._graph = graph
        self._clock = clock
        self._inbox: list[dict[str, Any]] = []
        self._notes: list[dict[str, Any]] = []  # go with the next turn, and start none
        self._turn: Future[str] | None = None
        self._timed = False
        self._calls: dict[int, Call] = {}
        self._timers: dict[int, TimerHandle] = {}
        self._logs: set[Task[None]] = set()
        self._last_call = 0
        self._run: Run | None = None
        self._dead: ScriptError | None = None

    @property
    def usable(self) -> bool:
        """Whether another call can be made here."""
        return self._dead is None

    async def load(self) -> say.Exports:
        """Compile, link and evaluate the program. Raises `ScriptError`."""
        await self._define()
        self._notes.append(_seed(self._graph.main))
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
        """Take a run on: its logs, its seed."""
        self._run = run
        self._notes.append(_seed(run.id))

    def begin(self, run: Run) -> Call:
        """Start `invoke`; its first part is on the way. End it with `stop`."""
        call = self._open("invoke", run)
        self._post({"type": "invoke", "call": call.id, "view": run.view()})
        return call

    async def part(self, call: Call) -> Part | None:
        """The next part of `invoke`; None at the end."""
        if call.parked:
            call.parked = False
            if self._dead is not None:
                raise self._dead
            if call.id not in self._calls:
                return None
            call.answer = asyncio.get_running_loop().create_future()
            self._post({"type": "pull", "call": call.id})
        part: Part | None = await call.answer
        call.parked = part is not None
        return part

    async def stop(self, call: Call) -> None:
        """End a call, whatever it does: at once if it is over, else it may clean up briefly."""
        try:
            if call.id in self._calls and self._dead is None:
                await self._ask_to_stop(call)
        finally:
            if call.id in self._calls:
                self._close_call(call)
                self._die(ScriptError("the script did not stop when asked", kind="cancelled"))
            await call.finish()

    async def rest(self) -> None:
        """Forget what a run left behind, before the next one."""
        self._run = None
        self._cancel_timers()
        if self._timed:
            self._notes.append({"type": "reset"})
            self._timed = False
        while self._turn is not None and self._dead is None:
            done, _ = await asyncio.wait({self._turn}, timeout=_STOP_SECONDS)
            if not done:
                self._die(ScriptError("the script went on after its run", kind="cancelled"))
        if self._logs:
            await asyncio.wait(self._logs)

    async def close(self) -> None:
        """Stop everything and let the isolate go."""
        self._die(ScriptError("the assistant was closed", kind="cancelled"))
        for call in list(self._calls.values()):
            await call.finish()
        await self.rest()
        await self._isolate.close()

    async def _define(self) -> None:
        texts = [
            (path, module) for path, module in self._graph.modules.items() if module.kind != "json"
        ]
        defined = [self._isolate.define(path, module.rewritten.text) for path, module in texts]
        await asyncio.wait(defined) if defined else None
        for (path, module), future in zip(texts, defined, strict=True):
            try:
                future.result()
                if module.doubtful:
                    await self._isolate.check(module.kind, module.body)
            except SyntaxFault as fault:
                raise self._syntax_error(path, fault) from None

    def _syntax_error(self, path: str, fault: SyntaxFault) -> ScriptError:
        rewritten = self._graph.modules[path].rewritten
        line, column = rewritten.original_place(fault.line, fault.column)
        message = f"SyntaxError: {restore(str(fault))}"
        hint = _STATEMENT_HINT if _MODULE_WORDS.search(message) else None
        return error_at(path, line, column, message, kind="syntax", hint=hint)

    def _open(self, where: str, run: Run | None) -> Call:
        if self._dead is not None:
            raise self._dead
        self._last_call += 1
        answer: Future[Any] = asyncio.get_running_loop().create_future()
        call = Call(self._last_call, where, self._reply, answer, run)
        self._calls[call.id] = call
        return call

    async def _finish(self, call: Call, message: dict[str, Any]) -> Any:
        self._post(message)
        try:
            return await call.answer
        finally:
            if call.id in self._calls or call.busy:
                await self.stop(call)

    async def _ask_to_stop(self, call: Call) -> None:
        call.stopping = asyncio.get_running_loop().create_future()
        self._post({"type": "stop", "call": call.id})
        await asyncio.wait({call.stopping}, timeout=_STOP_SECONDS)

    def _reply(self, call: int, request: int, value: Any, error: dict[str, Any] | None) -> None:
        self._post({"type": "answer", "call": call, "id": request, "value": value, "error": error})

    def _post(self, message: dict[str, Any]) -> None:
        self._inbox.append(message)
        if self._turn is None and self._dead is None:
            self._begin_turn()

    def _begin_turn(self) -> None:
        batch = {"now": int(self._clock() * 1000), "messages": self._notes + self._inbox}
        self._inbox, self._notes = [], []
        self._turn = self._isolate.post(json.dumps(batch))
        self._turn.add_done_callback(self._end_turn)

    def _end_turn(self, turn: Future[str]) -> None:
        self._turn = None
        try:
            outbox = say.read_outbox(turn.result())
        except ScriptError as error:
            return self._die(error)
        except (ValidationError, SyntaxFault):
            return self._die(ScriptError("the script broke the kernel it runs in"))
        for message in outbox:
            self._receive(message)
        if self._inbox and self._dead is None:
            self._begin_turn()
        else:
            self._find_stuck()
        return None

    def _receive(self, message: say.Message) -> None:
        if isinstance(message, say.Timer):
            self._set_timer(message)
        elif isinstance(message, say.Clear):
            self._forget_timer(message.id)
        elif isinstance(message, say.Log):
            self._write_log(message)
        elif (call := self._calls.get(message.call)) is not None:
            self._receive_for(call, message)

    def _receive_for(
        self, call: Call, message: say.Result | say.Failure | say.PartYielded | say.End
        | say.Stopped | say.Request | say.Pull | say.Shut,
    ) -> None:  # fmt: skip
        match message:
            case say.Request():
                call.request(message)
            case say.Pull():
                call.pull(message)
            case say.Shut():
                call.shut(message)
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
        self._notes.append({"type": "drop", "call": call.id})
        if call.stopping is not None and not call.stopping.done():
            call.stopping.set_result(None)

    def _find_stuck(self) -> None:
        """Fail the calls that nothing can wake any more."""
        calls = list(self._calls.values())
        awake = self._timers or any(call.busy or _is_parked(call) for call in calls)
        if awake or self._dead is not None:
            return
        for call in calls:
            if call.stopping is not None:
                self._die(ScriptError("the script did not stop when asked", kind="cancelled"))
            elif not call.answer.done():
                self._close_call(call)
                call.answer.set_exception(_stuck(call.where, self._graph.main))

    def _die(self, error: ScriptError) -> None:
        if self._dead is not None:
            return
        self._dead = error
        self._cancel_timers()
        for call in list(self._calls.values()):
            self._close_call(call)
            if not call.answer.done():
                call.answer.set_exception(error)

    def _set_timer(self, message: say.Timer) -> None:
        self._timed = True
        if not self._calls:
            return
        loop = asyncio.get_running_loop()
        self._timers[message.id] = loop.call_later(message.delay / 1000, self._fire, message.id)

    def _forget_timer(self, timer: int) -> None:
        handle = self._timers.pop(timer, None)
        if handle is not None:
            handle.cancel()

    def _fire(self, timer: int) -> None:
        self._timers.pop(timer, None)
        self._post({"type": "fire", "id": timer})

    def _cancel_timers(self) -> None:
        for timer in list(self._timers):
            self._forget_timer(timer)

    def _write_log(self, message: say.Log) -> None:
        run = self._run
        if run is None:
            _log.log(_LEVELS[message.level], "%s", message.text)
            return
        task = asyncio.get_running_loop().create_task(_log_effect(run, message))
        self._logs.add(task)
        task.add_done_callback(self._logs.discard)


async def _log_effect(run: Run, message: say.Log) -> None:
    try:
        await run.effect("log", {"level": message.level, "text": message.text})
    except Exception:
        _log.exception("a line of the log could not be kept")


def _is_parked(call: Call) -> bool:
    return call.where == "invoke" and call.answer.done()


def _stuck(where: str, file: str) -> ScriptError:
    return ScriptError(
        f"`{where}` waits for a promise that nothing can settle any more",
        file=file,
        hint="Look for `await` on a promise whose `resolve` is never called.",
    )


def _seed(text: str) -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).digest()
    return {"type": "seed", "words": struct.unpack(">4I", digest[:16])}
