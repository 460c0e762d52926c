"""The narrow waist: the one way a run acts on the world.

Each effect is journalled before it is made and again when it has ended, so that the journal tells
everything that happened, in order, and a run can be taken up or replayed from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from understudy.errors import Invalid
from understudy.runs.completion import Completion, as_chunk
from understudy.runs.journal import Journal
from understudy.runs.past import Past
from understudy.streams import closing

JSON = dict[str, Any]
_LASTING = frozenset({"tool", "client_tools", "process", "fetch"})
"""Effects that change the world: their lines are on the disk before they are made, so that not
even a power cut can have one made twice. Asking a model again only costs."""
Doer = Callable[[JSON], Awaitable[Any]]
Streamer = Callable[[JSON], AsyncIterator[JSON]]


class Effects:
    """Makes effects by their kind: `doers` answer once, `streamers` bit by bit."""

    def __init__(
        self, journal: Journal, *, doers: Mapping[str, Doer], streamers: Mapping[str, Streamer]
    ) -> None:
        self._journal = journal
        self._doers = doers
        self._streamers = streamers
        self._count = 0
        self._past: Past | None = None

    def take_up(self, past: Past) -> None:
        """Answer from a journal what it knows the answer to."""
        self._past = past

    async def effect(self, kind: str, payload: JSON) -> Any:
        """Make an effect and return its result, a JSON value."""
        if kind in self._streamers:
            return await self._whole(kind, payload)
        doer = self._doers.get(kind)
        if doer is None:
            raise Invalid(f'There is no effect of the kind "{kind}".')
        lasting = kind in _LASTING
        effect_id = await self._begin(kind, payload, durable=lasting)
        if self._past is not None and self._past.knows(effect_id, kind):
            return self._past.answer(effect_id)
        try:
            value = await doer(payload)
        except (Exception, asyncio.CancelledError) as error:
            await self._journal.result(effect_id, {"error": describe(error)}, durable=lasting)
            raise
        await self._journal.result(effect_id, {"value": value}, durable=lasting)
        return value

    async def stream(self, kind: str, payload: JSON) -> AsyncIterator[JSON]:
        """Make an effect that answers bit by bit; the journal keeps the whole answer."""
        streamer = self._streamers.get(kind)
        if streamer is None:
            raise Invalid(f'There is no streamed effect of the kind "{kind}".')
        effect_id = await self._begin(kind, payload)
        if self._past is not None and self._past.knows(effect_id, kind):
            yield as_chunk(self._past.answer(effect_id))
            return
        whole = Completion()
        try:
            async with closing(streamer(payload)) as chunks:
                async for chunk in chunks:
                    whole.add(chunk)
                    yield chunk
        except (Exception, asyncio.CancelledError, GeneratorExit) as error:
            await self._journal.result(effect_id, {"error": describe(error)})
            raise
        await self._journal.result(effect_id, {"value": whole.message()})

    async def _whole(self, kind: str, payload: JSON) -> JSON:
        whole = Completion()
        async with closing(self.stream(kind, payload)) as chunks:
            async for chunk in chunks:
                whole.add(chunk)
        return whole.message()

    async def _begin(self, kind: str, payload: JSON, *, durable: bool = False) -> str:
        self._count += 1
        effect_id = f"e{self._count}"
        await self._journal.effect(effect_id, kind, payload, durable=durable)
        return effect_id


def describe(error: BaseException) -> JSON:
    """An error as the journal keeps it: its name, its message, and what else a caller can use."""
    known = {name: getattr(error, name, None) for name in ("kind", "status")}
    return {
        "type": type(error).__name__,
        "message": str(error)[:2000],
        **{name: value for name, value in known.items() if value is not None},
    }
