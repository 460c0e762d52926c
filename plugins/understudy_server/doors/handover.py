"""Runs that hand over to the client: a call that only the client can make ends them.

The client answers with a request of its own, which may come late, or never. Until then a waiting
run would lock its thread and hold its assistant's code in memory.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import Any

from understudy import Conflict, Event, Host, Invalid, Message, Run, Scratch
from understudy.objects import ToolCallsPart
from understudy.streams import closing
from understudy_server.doors.beside import host_calls
from understudy_server.doors.ids import made_by
from understudy_server.events import WAITS

JSON = dict[str, Any]
Place = Host | Scratch
"""Where a run is: in the data root, or nowhere."""
_STEPS = "thread.run.step."
STEP_ENDS = frozenset(
    f"{_STEPS}{status}" for status in ("completed", "failed", "cancelled", "expired")
)
_NEWEST = 100


async def follow(place: Place, run: Run) -> AsyncGenerator[Event, None]:
    """The events of a run to its end, which comes where it hands over."""
    async with closing(place.runs.events(run.thread_id, run.id)) as events:
        async for event in events:
            yield event
            if event.name == WAITS:
                await release(place, run)


async def release(place: Place, run: Run) -> Run:
    """End a run if it waits for the client and was begun by such a request."""
    now = await place.runs.get(run.thread_id, run.id)
    if now.status == "requires_action" and "origin" in (now.model_extra or {}):
        with suppress(Invalid):  # it has ended meanwhile
            await place.runs.cancel(run.thread_id, run.id)
    return await place.runs.get(run.thread_id, run.id)


async def recorded(place: Place, run: Run) -> list[Event]:
    """The events of a run so far; none of one that another process carries out."""
    now = await place.runs.get(run.thread_id, run.id)
    last = None
    if not now.is_over:
        try:
            last = (await place.runs.execution(run.thread_id, run.id)).last_event
        except (Conflict, Invalid):
            return []
    events: list[Event] = []
    if last == 0:
        return events
    async with closing(place.runs.events(run.thread_id, run.id)) as following:
        async for event in following:
            events.append(event)
            if event.n == last:
                break
    return events


async def open_calls(place: Place, run: Run) -> list[JSON]:
    """The calls that a run has handed over, with those made beside them; none once answered."""
    calls = calls_handed_over(await recorded(place, run))
    if not calls:
        return []
    messages = await place.threads.messages(run.thread_id)
    newest = await messages.page(limit=_NEWEST)
    since = [each for each in newest.items if made_by(None, each.id) > made_by(run.id, "")]
    told = {call["id"] for message in since for call in _told(message)}
    return [] if calls[-1]["id"] in told else calls


def _told(message: Message) -> list[JSON]:
    parts = [part for part in message.content if isinstance(part, ToolCallsPart)]
    return [call for part in parts for call in part.tool_calls]


def calls_handed_over(events: Iterable[Event]) -> list[JSON]:
    """All calls of the step with which a run has handed over; none if it has not."""
    asked: list[JSON] = []
    step: JSON = {}
    for event in events:
        if event.name == WAITS:
            asked = event.data["required_action"]["submit_tool_outputs"]["tool_calls"]
        elif event.name == "thread.run.queued":
            asked = []
        elif event.name.startswith(_STEPS) and not event.name.endswith(".delta"):
            step = event.data["step_details"]
    if not asked:
        return []
    return [*host_calls(step, asked), *(_unanswered(call) for call in asked)]


def _unanswered(call: JSON) -> JSON:
    return {**call, "function": {**call["function"], "output": None}}
