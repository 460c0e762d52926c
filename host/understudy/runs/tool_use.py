"""The tool calls of a run: the host's own, and those that the client is asked to make."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from understudy.errors import Invalid, ToolError, UnderstudyError
from understudy.library.toolbox import Toolbox
from understudy.permissions.approvals import FUNCTION, Approved, Verdict, question
from understudy.runs.citations import in_first_form
from understudy.runs.record import RunRecord, required_action
from understudy.runs.scope import call_id
from understudy.runs.transcript import Call, Transcript
from understudy.runs.values import require_json
from understudy.tools import ToolCall

if TYPE_CHECKING:
    from understudy.runs.active import ActiveRun

JSON = dict[str, Any]
_log = logging.getLogger("understudy.runs")


class ToolUse:
    """Makes calls, shows them, and waits for the client where the host cannot."""

    def __init__(self, record: RunRecord, toolbox: Toolbox, transcript: Transcript) -> None:
        self._record = record
        self._toolbox = toolbox
        self._transcript = transcript
        self._asking = asyncio.Lock()
        self.asked = asyncio.Event()
        """Set when the client has been asked for something."""
        self._waiting: tuple[Sequence[Call], asyncio.Future[JSON]] | None = None
        self._answered: asyncio.Future[None] | None = None
        self._approved: dict[str, Approved] = {}

    # -- calls from code: the result goes back, and so does the error

    async def call(self, run: ActiveRun, effect_id: str, payload: JSON) -> Any:
        """Make one call for index.js or a hook; returns the tool's result."""
        require_json(payload, "What the tool is called with")
        arguments = payload.get("arguments") or {}
        call = Call(call_id(run.id, effect_id), str(payload.get("name")), _text(arguments))
        await self._transcript.show_call(call)
        inner = run.within(effect_id)
        for verdict in (await self._verdicts(inner, [call])).values():
            if not verdict.is_yes:
                await self._transcript.show_output(call, f"Error: {verdict.refusal}")
                raise ToolError(verdict.refusal)
        return await self._make(inner, effect_id, call, {**payload, "id": call.id})

    # -- calls from the model: it is told the result, or what went wrong

    async def answer(self, run: ActiveRun, calls: Sequence[Call]) -> None:
        """Give every call its output: the host's own tools first, then the client's."""
        mine = [call for call in calls if not self._toolbox.is_asked(call.name)]
        for asked, verdict in (await self._verdicts(run, mine)).items():
            if not verdict.is_yes:
                [denied] = [call for call in mine if call.id == asked]
                await self._transcript.show_output(denied, f"Error: {verdict.refusal}")
        mine = [call for call in mine if call.output is None]
        theirs = [call for call in calls if self._toolbox.is_asked(call.name)]
        if self._record.run.parallel_tool_calls:
            async with asyncio.TaskGroup() as group:
                for call in mine:
                    group.create_task(self._answer_one(run, call))
        else:
            for call in mine:
                await self._answer_one(run, call)
        if theirs:
            await self._ask(run, "client_tools", theirs)

    async def _answer_one(self, run: ActiveRun, call: Call) -> None:
        payload = {"id": call.id, "name": call.name, "arguments": call.arguments}
        effect_id = run.next_id("tool")
        try:
            await self._make(run.within(effect_id), effect_id, call, payload)
        except UnderstudyError as error:
            _log.warning("tool `%s` failed: %s", call.name, error)

    async def _make(self, run: ActiveRun, effect_id: str, call: Call, payload: JSON) -> Any:
        async def shown(value: Any, error: Exception | None) -> None:
            if error is None:
                await self._transcript.show_output(call, _output_text(value), value)
            elif isinstance(error, UnderstudyError):
                await self._transcript.show_output(call, _failure_text(error))

        async def do(payload: JSON) -> Any:
            return await self.perform(run, payload)

        return await run.effects.effect(effect_id, "tool", payload, do=do, shown=shown)

    async def perform(self, run: ActiveRun, payload: JSON) -> Any:
        """The effect `tool`: through the hooks to the tool itself."""
        arguments = _read_arguments(payload.get("arguments") or {})
        call = ToolCall(payload["id"], str(payload.get("name")), arguments, run)
        value = await self._toolbox.call(call, self._approved.get(call.id))
        require_json(value, f"What the tool `{call.name}` returned")
        # Only a run of the API's first version has files of its own.
        is_first = "file_ids" in (self._record.run.model_extra or {})
        return in_first_form(value) if is_first else value

    def may_repeat(self, name: str) -> bool:
        """Whether a call that was under way may be made again."""
        return self._toolbox.is_idempotent(name)

    # -- calls that somebody must approve

    async def _verdicts(self, run: ActiveRun, calls: Sequence[Call]) -> dict[str, Verdict]:
        """The answers by call id, for those calls that need one; all are asked about at once."""
        asked = [call for call in calls if self._needs_approval(call)]
        if not asked:
            return {}
        questions = [Call(c.id, FUNCTION, question(c.name, c.arguments)) for c in asked]
        outputs = await self._ask(run, "approval", questions)
        verdicts = {call.id: Verdict.read(str(outputs[call.id])) for call in asked}
        for call in asked:
            if verdicts[call.id].is_yes:
                self._approved[call.id] = Approved(call.name, _read_arguments(call.arguments))
        return verdicts

    def _needs_approval(self, call: Call) -> bool:
        """Nobody is asked about a call that cannot be made: its arguments make no sense."""
        try:
            _read_arguments(call.arguments)
        except ToolError:
            return False
        return self._toolbox.needs_approval(call.name)

    # -- calls that only the client can make

    async def _ask(self, run: ActiveRun, kind: str, calls: Sequence[Call]) -> JSON:
        effect_id = run.next_id(kind)
        async with self._asking:  # loops may run side by side; a run asks one thing at a time
            payload = {"tool_calls": [call.wire() for call in calls]}
            do = partial(self._wait_for_client, calls)
            with self._told_who_answered():
                outputs: JSON = await run.effects.effect(effect_id, kind, payload, do=do)
                if kind == "client_tools":
                    await self._show(calls, outputs)
                await self._record.become("queued", "in_progress")
            return outputs

    async def _show(self, calls: Sequence[Call], outputs: JSON) -> None:
        for call in calls:  # all before one is shown: the step ends at once, without deltas
            call.output = outputs[call.id]
        for call in calls:
            await self._transcript.show_output(call, call.output or "")

    @contextmanager
    def _told_who_answered(self) -> Iterator[None]:
        """Whoever has answered is told when the answer is stored, or why it is not."""
        try:
            yield
        except Exception as error:
            if self._answered is not None and not self._answered.done():
                self._answered.set_exception(error)
            raise
        finally:
            if self._answered is not None and not self._answered.done():
                self._answered.set_result(None)

    async def _wait_for_client(self, calls: Sequence[Call], payload: JSON) -> JSON:
        """The effects `client_tools` and `approval`: the run stands still until the outputs are
        there.
        """
        done: asyncio.Future[JSON] = asyncio.get_running_loop().create_future()
        self._waiting = (calls, done)
        action = required_action(payload["tool_calls"])
        if self._record.run.status != "requires_action":  # a run that is taken up waits already
            await self._record.become("requires_action", required_action=action)
        self.asked.set()
        try:
            return await done
        finally:
            self._waiting = None

    async def submit(self, outputs: Mapping[str, Any]) -> None:
        """Take the client's outputs by call id, one for each; returns when they are stored.

        Raises `Invalid` if they are not what was asked for.
        """
        if not isinstance(outputs, Mapping):
            raise Invalid("The outputs must be given by call id: {call.id: output, …}.")
        if self._waiting is None:
            status = self._record.run.status
            raise Invalid(f'Runs in status "{status}" do not accept tool outputs.')
        calls, done = self._waiting
        if set(outputs) != {call.id for call in calls}:
            raise Invalid(
                f"Expected tool outputs for call_ids {[call.id for call in calls]}, "
                f"got {list(outputs)}.",
                param="tool_outputs",
            )
        for asked, output in outputs.items():
            require_json(output, f"The output for {asked}")
        self._waiting = None  # from here on nobody else can answer
        if not done.done():  # it is, if the run was cancelled meanwhile
            self._answered = asyncio.get_running_loop().create_future()
            done.set_result({call.id: _output_text(outputs[call.id]) for call in calls})
            await asyncio.shield(self._answered)


def _read_arguments(arguments: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """A call's arguments. Raises `ToolError`, in words for the model, if they are no object."""
    try:
        value = json.loads(arguments or "{}") if isinstance(arguments, str) else arguments
    except (ValueError, RecursionError) as error:
        raise ToolError(f"The arguments are not valid JSON: {error}.") from None
    if not isinstance(value, Mapping):
        raise ToolError("The arguments must be a JSON object.")
    return value


def _output_text(value: Any) -> str:
    """A tool's result as the model reads it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _failure_text(error: UnderstudyError) -> str:
    """A failed call as the model reads it."""
    return f"Error: {error}"


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
