"""What a run says and does, shown as messages, run steps and their events.

A run alternates between writing a message and calling tools, each of them a run step. Only one is
open at a time: text before a tool call is a message of its own, as the clients' helpers expect.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.library.messages import Messages
from understudy.objects import Message, RunStep, new_id
from understudy.runs.citations import chunks_of, cite, shown_search, sources_in
from understudy.runs.content import Content, addition_of
from understudy.runs.journal import Journal
from understudy.runs.run import Part
from understudy.runs.told import BEGUN_ANEW, Told, cut_off, step_cut_off
from understudy.runs.unbroken import unbroken

JSON = dict[str, Any]


@dataclass(slots=True, eq=False)
class Call:
    """One function call as the model made it; `output` is None until there is one."""

    id: str
    name: str
    arguments: str
    output: str | None = None
    result: Any = None
    is_search: bool = False

    def wire(self) -> JSON:
        """The call as run steps show it."""
        if self.is_search:
            return shown_search(self.id, self.result, is_over=self.output is not None)
        function = {"name": self.name, "arguments": self.arguments, "output": self.output}
        return {"id": self.id, "type": "function", "function": function}

    def outcome(self) -> JSON:
        """What the call gave, as a delta; the text of what was found comes with the whole step."""
        if not self.is_search:
            return {"type": "function", "function": {"output": self.output}}
        found = self.wire()["file_search"]
        results = [
            {key: value for key, value in each.items() if key != "content"}
            for each in found["results"]
        ]
        return {"type": "file_search", "file_search": {**found, "results": results}}


@dataclass(slots=True)
class _Open:
    """The step that is open, with its message or its calls.

    `told` is the one that the journal has of it; nobody is shown it again.
    """

    step: RunStep
    message: Message | None = None
    content: Content = field(default_factory=Content)
    calls: list[Call] = field(default_factory=list)
    told: Told | None = None


class Transcript:
    """Writes the messages and steps of one run. May be used by several tasks at once."""

    def __init__(
        self,
        journal: Journal,
        messages: Messages,
        *,
        thread_id: str,
        run_id: str,
        assistant_id: str,
        searches: Collection[str] = (),
    ) -> None:
        self._journal = journal
        self._messages = messages
        self._ids = {"thread_id": thread_id, "run_id": run_id, "assistant_id": assistant_id}
        self._open: _Open | None = None
        self._turns = asyncio.Lock()
        self._searches = searches
        self._sources: dict[str, JSON] = {}
        self._told: list[Told] = []
        self._arrive: Callable[[], Awaitable[None]] | None = None
        self.usage: JSON | None = None
        """What the newest model call used: it goes to the step that the call fed."""

    # -- a run that is taken up

    def take_up(self, told: Sequence[Told], arrive: Callable[[], Awaitable[None]]) -> None:
        """Show nothing again. `arrive` is called where the run goes beyond what was told."""
        self._told = list(told)
        self._arrive = arrive

    async def arrive(self) -> None:
        """Show what happens from here on."""
        async with self._turns:
            await unbroken(self._be_present())

    async def _be_present(self) -> None:
        if self._journal.is_silent and self._arrive is not None:
            await self._arrive()
            await self._surface()

    async def _surface(self) -> None:
        """Go on with the open step, or end the one that cannot be gone on with."""
        now, last = self._open, self._told[-1] if self._told else None
        self._told = [told for told in self._told if told.message and not told.is_open]
        if now is not None and now.told is not None and now.told.is_open:
            if now.message is None:
                self._go_on(now, now.told)
                return
            await self._give_up(now.told, "failed", BEGUN_ANEW)
            await self._reveal(now)
        elif last is not None and last.is_open:
            await self._give_up(last, "failed", BEGUN_ANEW)
            await self._journal.events()

    def _go_on(self, now: _Open, told: Told) -> None:
        now.told = None
        for call in now.calls:
            if not told.has(call.id):
                self._call_delta(now, call, call.wire())

    async def _give_up(self, told: Told, status: str, error: JSON | None) -> None:
        if told.message is not None and told.message.status == "in_progress":
            partial = cut_off(told.message, f"run_{status}")
            await self._keep(partial)
            self._journal.prepare(("thread.message.incomplete", partial.wire()))
        self._journal.prepare(step_cut_off(told.step.wire(), status, error))

    async def _reveal(self, now: _Open) -> None:
        """Show a message that is another one than the journal tells of."""
        self._told.clear()
        fresh = self._new_message()
        now.step, now.message, now.told = fresh.step, fresh.message, None
        await self._show_opened(now)
        for index, part in enumerate(now.content.parts()):
            self._message_delta(now, {"index": index, **part})

    def _next_told(self, kind: str) -> Told | None:
        """What the journal has of the step that begins."""
        if self._told and self._told[0].step.type == kind:
            return self._told.pop(0)
        return None

    async def _opened_before(self, kind: str) -> _Open | None:
        told = self._next_told(kind)
        if told is None:
            await self._be_present()
            told = self._next_told(kind)
        if told is None:
            self._told.clear()
            return None
        step = told.step.model_copy(update={"status": "in_progress"})
        return _Open(step, told.message, told=told)

    async def _keep_to_told(self, now: _Open) -> None:
        """Show a message as soon as it says another thing than the journal tells."""
        if now.told is not None and not now.told.begins_with(now.content.parts()):
            await self._be_present()
            if now.told is not None:
                await self._reveal(now)

    async def _closed_before(self, now: _Open) -> bool:
        """Whether the journal has the end of the step, too. If not, it is shown from here on."""
        if now.told is None:
            return False
        if now.message is not None and now.told.is_whole(now.content.parts()):
            return True
        await self._be_present()
        if now.told is not None and now.message is not None:
            await self._reveal(now)
        return now.told is not None

    # -- messages

    async def say(self, part: Part) -> None:
        """Add to the open message, or begin one."""
        addition = addition_of(part)
        if addition is None:
            return
        now = self._open
        if self._turns.locked() or now is None or now.message is None or now.told is not None:
            async with self._turns:
                if self._open is None or self._open.message is None:
                    await unbroken(self._open_message())
                self._add(addition)
                if self._open is not None and self._open.told is not None:
                    await unbroken(self._keep_to_told(self._open))
        else:  # nothing to wait for: what most tokens find
            self._add(addition)
        await self._journal.keep_up()

    def _add(self, addition: JSON) -> None:
        now = self._open
        if now is None or now.message is None:
            raise RuntimeError("there is no open message")
        index = now.content.add(addition)
        shown = {"index": index, **addition}
        if self._sources:
            shown |= cite(now.content.parts()[index], addition, self._sources)
        if now.told is None:
            self._message_delta(now, shown)

    async def _open_message(self) -> None:
        await self._close()
        before = await self._opened_before("message_creation")
        now = before or self._new_message()
        if before is None:
            await self._show_opened(now)
        self._open = now

    def _new_message(self) -> _Open:
        message = Message.read(
            {
                "id": new_id("message"),
                "created_at": int(time.time()),
                "status": "in_progress",
                "role": "assistant",
                "attachments": [],
                **self._ids,
            }
        )
        details = {"type": "message_creation", "message_creation": {"message_id": message.id}}
        return _Open(self._step("message_creation", details), message)

    async def _show_opened(self, now: _Open) -> None:
        step = now.step.wire()
        events = [("thread.run.step.created", step), ("thread.run.step.in_progress", step)]
        if now.message is not None:
            shown = now.message.wire()
            events += [("thread.message.created", shown), ("thread.message.in_progress", shown)]
        await self._journal.events(*events)

    def _message_delta(self, now: _Open, shown: JSON) -> None:
        if now.message is not None:
            self._delta("thread.message", now.message.id, {"content": [shown]})

    # -- tools

    async def show_call(self, call: Call) -> None:
        """Show a call that begins, in the open step of calls or a new one."""
        call.is_search = call.name in self._searches
        async with self._turns:
            now = self._open
            if now is None or now.message is not None:
                now = await unbroken(self._open_calls())
            now.calls.append(call)
            if now.told is None:
                self._call_delta(now, call, call.wire())
            elif not now.told.has(call.id):
                await unbroken(self._be_present())

    async def show_arguments(self, call: Call, piece: str) -> None:
        """Show more of a call's arguments, as the model writes them."""
        call.arguments += piece
        async with self._turns:
            now = self._open
            shows = now is not None and now.told is None and call in now.calls
            if now is not None and shows and piece and not call.is_search:
                shown = {"type": "function", "function": {"arguments": piece}}
                self._call_delta(now, call, shown)
        await self._journal.keep_up()

    async def show_output(self, call: Call, output: str, result: Any = None) -> None:
        """Show what a call gave. The step ends with its last output.

        `result` is what the output was made of: the chunks in it can be cited from now on.
        """
        call.output, call.result = output, result
        self._sources |= sources_in(chunks_of(result))
        async with self._turns:
            now = self._open
            if now is None or call not in now.calls:
                return
            if all(made.output is not None for made in now.calls):
                await unbroken(self._end_calls())
            elif now.told is None:
                # others take longer, or wait for the client, who may want to see this one
                self._call_delta(now, call, call.outcome())

    async def _end_calls(self) -> None:
        await self._close()
        await self._journal.events()

    def _call_delta(self, now: _Open, call: Call, shown: JSON) -> None:
        indexed = {"index": now.calls.index(call), **shown}
        details = {"type": "tool_calls", "tool_calls": [indexed]}
        self._delta("thread.run.step", now.step.id, {"step_details": details})

    async def _open_calls(self) -> _Open:
        await self._close()
        now = await self._opened_before("tool_calls")
        if now is None:
            now = _Open(self._step("tool_calls", {"type": "tool_calls", "tool_calls": []}))
            await self._show_opened(now)
        self._open = now
        return now

    # -- both

    async def close(self, *, reason: str | None = None) -> None:
        """Finish what is open; it is seen with the run's next event.

        `reason`: the message is incomplete, and this is why.
        """
        async with self._turns:
            await unbroken(self._close(reason=reason))

    async def abandon(self, status: str, error: JSON | None = None) -> None:
        """As `close`, because the run ends as `status`; a partial message is kept."""
        async with self._turns:
            if self._journal.is_silent and self._arrive is not None:
                await self._arrive()
                await unbroken(self._leave_off(status, error))
            else:
                await unbroken(self._close(status, reason=f"run_{status}", error=error))

    async def _leave_off(self, status: str, error: JSON | None) -> None:
        """End what was open when the process died: the run is not played to that point."""
        begun = [*([self._open.told] if self._open and self._open.told else []), *self._told]
        self._open = None
        for told in begun:
            if told.is_open:
                await self._give_up(told, status, error)

    async def _close(
        self, status: str = "completed", *, reason: str | None = None, error: JSON | None = None
    ) -> None:
        now = self._open
        if now is None:
            return
        if await self._closed_before(now):
            self._open = self.usage = None
            return
        events = []
        if now.message is not None:
            events.append(await self._finish_message(now.message, now.content.parts(), reason))
        events.append(self._finish_step(now, status, error))
        self._journal.prepare(*events)
        self._open = None

    async def _finish_message(
        self, message: Message, content: list[JSON], reason: str | None
    ) -> tuple[str, JSON]:
        at = int(time.time())
        state: JSON = (
            {"status": "incomplete", "incomplete_at": at, "incomplete_details": {"reason": reason}}
            if reason
            else {"status": "completed", "completed_at": at}
        )
        message = Message.read(message.wire() | {"content": content} | state)
        await self._keep(message)
        return f"thread.message.{message.status}", message.wire()

    async def _keep(self, message: Message) -> None:
        if not self._journal.is_silent:
            await self._messages.append(message, durable=False)
            self._journal.beside(self._messages.sync)

    def _finish_step(self, now: _Open, status: str, error: JSON | None) -> tuple[str, JSON]:
        details = now.step.step_details
        if now.message is None:
            details = details | {"tool_calls": [call.wire() for call in now.calls]}
        state = {
            "status": status,
            f"{status}_at": int(time.time()),
            "step_details": details,
            "usage": self.usage,
            "last_error": error,
        }
        self.usage = None
        return f"thread.run.step.{status}", now.step.wire() | state

    def _step(self, kind: str, details: JSON) -> RunStep:
        return RunStep.read(
            {
                "id": new_id("step"),
                "created_at": int(time.time()),
                "type": kind,
                "step_details": details,
                **self._ids,
            }
        )

    def _delta(self, kind: str, object_id: str, delta: JSON) -> None:
        name = f"{kind}.delta"
        self._journal.delta(name, {"id": object_id, "object": name, "delta": delta})
