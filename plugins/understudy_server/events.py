"""A run's events as server-sent events. Every event has its number as `id`, to rejoin behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from understudy import Event
from understudy_server.included import without_contents
from understudy_server.wire import json_bytes

WAITS = "thread.run.requires_action"


async def event_stream(
    events: AsyncIterator[Event], *, to_the_end: bool = False, contents: bool = False
) -> AsyncIterator[bytes]:
    """Events as text, to the end of the run or until it waits for the client; then `done`.

    `to_the_end`: go on where it waits. Whoever rejoins a stream must not miss what came after.
    `contents`: the text of search results is sent, too.
    """
    try:
        async for event in events:
            yield encode(event) if contents else encode(_bare(event))
            if event.name == WAITS and not to_the_end:
                break
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()
    yield b"event: done\ndata: [DONE]\n\n"


def _bare(event: Event) -> Event:
    if event.data.get("object") != "thread.run.step":
        return event
    return Event(event.n, event.name, without_contents(event.data))


def encode(event: Event) -> bytes:
    """One event."""
    data = json_bytes(event.data)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.n, event.name.encode(), data)
