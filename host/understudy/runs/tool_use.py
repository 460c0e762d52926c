"""The tool calls of a run: the host's own, and those that the client is asked to make."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from understudy.errors import Invalid, ToolError, UnderstudyError
from understudy.library.toolbox import Toolbox
from understudy.objects import new_id
from understudy.permissions.approvals import FUNCTION, Approved, Verdict, question
from understudy.runs.citations import in_first_form
from understudy.runs.effects import Effects
from understudy.runs.record import RunRecord, required_action
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
        self._waiting: tuple[Sequence[Call], asyncio.Future[None]] | None = None
        self._approved: dict[str, Approved] = {}

    # -- calls from code: the result goes back, and so does the error

    async def call(self, effects: Effects, payload: JSON) -> Any:
        """Make one call for index.js or a hook; returns the tool's result."""
        require_json(payload, "What the tool is called with")
        arguments = payload.get("arguments") or {}
        call = Call(new_id("call"), str(payload.get("name")), _text(arguments))
        await self._transcript.show_call(call)
        try:
            for verdict in (await self._verdicts(effects, [call])).values():
                if not verdict.is_yes:
                    raise ToolError(verdict.refusal)
            value = await effects.effect("tool", {**payload, "id": call.id})
        except UnderstudyError as error:
            await self._transcript.show_output(call, _failure_text(error))
            raise
        await self._transcript.show_output(call, _output_text(value), value)
        return value

    # -- calls from the model: it is told the result, or what went wrong

    async def answer(self, effects: Effects, calls: Sequence[Call]) -> None:
        """Give every call its output: the host's own tools first, then the client's."""
        mine = [call for call in calls if not self._toolbox.is_asked(call.name)]
        for call_id, verdict in (await self._verdicts(effects, mine)).items():
            if not verdict.is_yes:
                [denied] = [call for call in mine if call.id == call_id]
                await self._transcript.show_output(denied, f"Error: {verdict.refusal}")
        mine = [call for call in mine if call.output is None]
        theirs = [call for call in calls if self._toolbox.is_asked(call.name)]
        if self._record.run.parallel_tool_calls:
            async with asyncio.TaskGroup() as group:
                for call in mine:
                    group.create_task(self._answer_one(effects, call))
        else:
            for call in mine:
                await self._answer_one(effects, call)
        if theirs:
            await self._ask(effects, "client_tools", theirs)

    async def _answer_one(self, effects: Effects, call: Call) -> None:
        payload = {"id": call.id, "name": call.name, "arguments": call.arguments}
        result = None
        try:
            result = await effects.effect("tool", payload)
            output = _output_text(result)
        except UnderstudyError as error:
            _log.warning("tool `%s` failed: %s", call.name, error)
            output = _failure_text(error)
        await self._transcript.show_output(call, output, result)

    async def perform(self, run: ActiveRun, payload: JSON) -> Any:
        """The effect `tool`: through the hooks to the tool itself."""
        arguments = _read_arguments(payload.get("arguments") or {})
        call = ToolCall(payload["id"], str(payload.get("name")), arguments, run)
        value = await self._toolbox.call(call, self._approved.get(call.id))
        require_json(value, f"What the tool `{call.name}` returned")
        # Only a run of the API's first version has files of its own.
        is_first = "file_ids" in (self._record.run.model_extra or {})
        return in_first_form(value) if is_first else value

    # -- calls that somebody must approve

    async def _verdicts(self, effects: Effects, calls: Sequence[Call]) -> dict[str, Verdict]:
        """The answers by call id, for those calls that need one; all are asked about at once."""
        asked = [call for call in calls if self._needs_approval(call)]
        if not asked:
            return {}
        questions = [Call(c.id, FUNCTION, question(c.name, c.arguments)) for c in asked]
        outputs = await self._ask(effects, "approval", questions)
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

    async def _ask(self, effects: Effects, kind: str, calls: Sequence[Call]) -> JSON:
        async with self._asking:  # loops may run side by side; a run asks one thing at a time
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting = (calls, done)
            payload = {"tool_calls": [call.wire() for call in calls]}
            outputs: JSON = await effects.effect(kind, payload)
            return outputs

    async def wait_for_client(self, payload: JSON) -> JSON:
        """The effects `client_tools` and `approval`: the run stands still until the outputs are
        there.
        """
        if self._waiting is None:
            raise Invalid("Nothing is asked of the client.")
        calls, done = self._waiting
        action = required_action(payload["tool_calls"])
        await self._record.become("requires_action", required_action=action)
        self._record.journal.is_silent = False  # a run that was taken up has come to its present
        self.asked.set()
        try:
            await done
        finally:
            self._waiting = None
        return {call.id: call.output for call in calls}

    async def submit(self, outputs: Mapping[str, Any]) -> None:
        """Take the client's outputs by call id, one for each. Raises `Invalid` otherwise."""
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
        for call_id, output in outputs.items():
            require_json(output, f"The output for {call_id}")
        self._waiting = None  # from here on nobody else can answer
        for call in calls:  # all before one is shown: the step ends at once, without deltas
            call.output = _output_text(outputs[call.id])
        for call in calls:
            if call.name != FUNCTION:  # a question is no call of the model's: no step shows it
                await self._transcript.show_output(call, call.output or "")
        await self._record.become("queued", "in_progress")
        if not done.done():  # it is, if the run was cancelled meanwhile
            done.set_result(None)


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
