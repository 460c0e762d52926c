"""The default agent loop: ask the model, call the tools it asks for, until it has answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from understudy.errors import UnderstudyError
from understudy.runs.completion import Completion
from understudy.runs.run import Part
from understudy.runs.scope import call_id
from understudy.runs.transcript import Call
from understudy.streams import closing

if TYPE_CHECKING:
    from understudy.runs.active import ActiveRun

JSON = dict[str, Any]
_INCOMPLETE = {"length": "max_completion_tokens", "content_filter": "content_filter"}


async def agent(run: ActiveRun, overrides: JSON) -> AsyncIterator[Part]:
    """Answer the thread. `overrides` replace the run's instructions, model and parameters."""
    request = await run.requests.first(overrides)
    for _ in range(run.max_steps):
        turn = Turn(run)
        async with closing(turn.ask(request)) as parts:
            async for part in parts:
                yield part
        if turn.is_last():
            return
        request = run.requests.following(request, await turn.call_tools())
    raise UnderstudyError(
        f"The assistant stopped after {run.max_steps} model calls without an answer.",
        hint='Raise "max_steps" in assistant.json if it really needs more.',
    )


class Turn:
    """One model call of the loop, and the tool calls that it asked for."""

    def __init__(self, run: ActiveRun) -> None:
        self._run = run
        self._id = run.next_id("model")
        self._whole = Completion()
        self._calls: dict[int, Call] = {}

    async def ask(self, request: JSON) -> AsyncIterator[Part]:
        """Ask the model; yields its text as it arrives, and shows its calls."""
        async with closing(self._run.effects.stream(self._id, "model", request)) as chunks:
            async for chunk in chunks:
                self._whole.add(chunk)
                if text := chunk.get("text"):
                    yield text
                if refusal := chunk.get("refusal"):
                    yield {"type": "refusal", "refusal": refusal}
                for delta in chunk.get("tool_calls", ()):
                    await self._show(delta)
        self._run.count_usage(self._whole.usage)

    async def _show(self, delta: JSON) -> None:
        call = self._calls.get(delta["index"])
        arguments = delta.get("arguments") or ""
        if call is None:
            id_ = self._call_id(delta["index"], delta.get("id"))
            call = self._calls[delta["index"]] = Call(id_, "", "")
        if call.name:
            await self._run.transcript.show_arguments(call, arguments)
            return
        call.arguments += arguments
        call.name = delta.get("name") or ""
        if call.name:  # clients need it with the first piece; some servers send it later
            await self._run.transcript.show_call(call)

    def _call_id(self, index: int, given: str | None) -> str:
        """The model's id of a call, unless another call of this turn has it."""
        taken = {call.id for call in self._calls.values()}
        fresh = given and given not in taken
        return given if given and fresh else call_id(self._run.id, self._id, index)

    def is_last(self) -> bool:
        """Whether the answer is complete, or cut off."""
        reason = _INCOMPLETE.get(self._whole.finish_reason or "")
        if reason:
            self._run.ending.incomplete_reason = reason
        return bool(reason) or not self._calls

    async def call_tools(self) -> list[JSON]:
        """Make the calls; returns what the model is told next."""
        calls = [self._calls[index] for index in sorted(self._calls)]
        for call in calls:
            if not call.name:
                await self._run.transcript.show_call(call)
        await self._run.answer(calls)
        asked = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in calls
        ]
        said = {"role": "assistant", "content": self._whole.text or None, "tool_calls": asked}
        outputs = [
            {"role": "tool", "tool_call_id": call.id, "content": call.output or ""}
            for call in calls
        ]
        return [said, *outputs]
