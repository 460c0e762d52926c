"""Streams that break off: the event `error` tells it, where the run itself could not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from understudy import Event, StoreError
from understudy.events import TERMINAL
from understudy.streams import closing
from understudy_server.failures import failure

_ENDS = TERMINAL | {"thread.run.requires_action"}


async def or_error(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """The events; behind them `error`, if the run has not come to an end with the last one.

    Its state could not be stored then, so there is no event of the run to say so.
    """
    last = Event(0, "", {})
    try:
        async with closing(events) as following:
            async for event in following:
                last = event
                yield event
    except Exception as error:
        yield _error(last.n, error)
        return
    if last.n and last.name not in _ENDS:
        yield _error(last.n, StoreError(f"The run did not get beyond {last.name}."))


def _error(number: int, error: Exception) -> Event:
    """The document has the fields at the top; the official clients look for them in `error`."""
    told = json.loads(bytes(failure(error).body))
    return Event(number, "error", told["error"] | told)
