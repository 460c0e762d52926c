"""What a response goes on from: a response before it, a conversation, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from understudy import Host, Message, NotFound, Run
from understudy_server.doors.handover import Place, open_calls, release
from understudy_server.doors.ids import made_by, run_of, thread_of
from understudy_server.doors.response_request import CreateResponse
from understudy_server.failures import Refused

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """`calls` wait for their outputs; `system` is what earlier items told the assistant.

    `grows`: the response is added to the thread. Otherwise it begins a thread of its own with a
    copy, as when two responses follow the same one.
    """

    thread_id: str | None = None
    last_run: Run | None = None
    grows: bool = False
    calls: list[JSON] = field(default_factory=list)
    system: list[str] = field(default_factory=list)

    async def messages(self, host: Host) -> list[Message]:
        """The messages up to the end of the last run."""
        if self.thread_id is None:
            return []
        messages = await (await host.messages(self.thread_id)).all()
        end = made_by(self.last_run.id, "") if self.last_run and not self.grows else "~"
        return [each for each in messages if made_by(each.run_id, each.id) <= end]


async def past_of(host: Host, body: CreateResponse) -> Past:
    """What a request goes on from. Raises `Refused`."""
    if body.previous_response_id is not None:
        return await _after_response(host, body.previous_response_id)
    if body.conversation_id is not None:
        return await in_conversation(host, thread_of(body.conversation_id))
    return Past()


async def _after_response(host: Host, response: str) -> Past:
    try:
        thread_id, run_id = run_of(response)
        run = await release(host, await host.runs.get(thread_id, run_id))
    except (NotFound, Refused):
        message = f"Previous response with id '{response[:100]}' not found."
        code = "previous_response_not_found"
        raise Refused(message, param="previous_response_id", code=code) from None
    if not run.is_over:
        message = f"The response '{response}' is still in progress."
        raise Refused(message, param="previous_response_id")
    newest = await host.runs.page(thread_id, limit=1)
    is_last = [each.id for each in newest.items] == [run.id]
    grows = is_last and not _origin(run).get("conversation")
    return await _behind(host, thread_id, run, grows=grows)


async def in_conversation(host: Host, thread_id: str) -> Past:
    """The end of a conversation."""
    newest = await host.runs.page(thread_id, limit=1)
    if not newest.items:
        return Past(thread_id, grows=True)
    run = await release(host, newest.items[0])
    return await _behind(host, thread_id, run, grows=True)


async def _behind(host: Host, thread_id: str, run: Run, *, grows: bool) -> Past:
    calls = await open_calls(host, run)
    return Past(thread_id, run, grows, calls, list(_origin(run).get("system", ())))


def _origin(run: Run) -> JSON:
    origin: JSON = (run.model_extra or {}).get("origin", {})
    return origin


async def copy(messages: list[Message], place: Place, thread_id: str) -> None:
    """Begin a thread with messages of another."""
    records = [message.wire() | {"thread_id": thread_id} for message in messages]
    await (await place.threads.messages(thread_id)).adopt(records)
