"""The narrow waist: the one way a run acts on the world.

Each effect is journalled before it is made and again when it has ended, so that the journal tells
everything that happened, in order, and a run can be taken up or replayed from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from understudy.errors import Invalid
from understudy.runs import fetch
from understudy.runs.journal import Journal
from understudy.runs.past import Past
from understudy.streams import closing

JSON = dict[str, Any]
_LASTING = frozenset(
    {"tool", "client_tools", "approval", "fetch", "files.write"}
    | {"process", "process.stream", "process.send"}
)
"""Effects that change the world: their lines are on the disk before they are made, so that not
even a power cut can have one made twice. Asking a model again only costs."""
Doer = Callable[[JSON], Awaitable[Any]]


class Collector(Protocol):
    """Puts an answer together from its pieces."""

    def add(self, item: Any, /) -> None:
        """Take in the next piece."""
        ...

    def message(self) -> Any:
        """The whole answer, as the journal keeps it."""
        ...


@dataclass(frozen=True, slots=True)
class Streamer:
    """An effect that answers bit by bit. `pieces` parts a whole answer again."""

    make: Callable[[JSON], AsyncIterator[Any]]
    collector: Callable[[], Collector]
    pieces: Callable[[Any], Iterable[Any]]


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
        lasting = _is_lasting(kind, payload)
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

    async def stream(self, kind: str, payload: JSON) -> AsyncIterator[Any]:
        """Make an effect that answers bit by bit; the journal keeps the whole answer."""
        streamer = self._streamers.get(kind)
        if streamer is None:
            raise Invalid(f'There is no streamed effect of the kind "{kind}".')
        lasting = _is_lasting(kind, payload)
        effect_id = await self._begin(kind, payload, durable=lasting)
        if self._past is not None and self._past.knows(effect_id, kind):
            for piece in streamer.pieces(self._past.answer(effect_id)):
                yield piece
            return
        whole = streamer.collector()
        try:
            async with closing(streamer.make(payload)) as chunks:
                async for chunk in chunks:
                    whole.add(chunk)
                    yield chunk
        except GeneratorExit:  # whoever read it needs no more: what came is the whole
            await self._journal.result(effect_id, {"value": whole.message()}, durable=lasting)
            raise
        except (Exception, asyncio.CancelledError) as error:
            await self._journal.result(effect_id, {"error": describe(error)}, durable=lasting)
            raise
        await self._journal.result(effect_id, {"value": whole.message()}, durable=lasting)

    async def _whole(self, kind: str, payload: JSON) -> Any:
        whole = self._streamers[kind].collector()
        async with closing(self.stream(kind, payload)) as chunks:
            async for chunk in chunks:
                whole.add(chunk)
        return whole.message()

    async def _begin(self, kind: str, payload: JSON, *, durable: bool = False) -> str:
        self._count += 1
        effect_id = f"e{self._count}"
        shown = fetch.recorded(payload) if kind == "fetch" else payload
        await self._journal.effect(effect_id, kind, shown, durable=durable)
        return effect_id


def _is_lasting(kind: str, payload: JSON) -> bool:
    return kind in _LASTING and not (kind == "fetch" and fetch.only_reads(payload))


def describe(error: BaseException) -> JSON:
    """An error as the journal keeps it: its name, its message, and what else a caller can use."""
    known = {name: getattr(error, name, None) for name in ("kind", "status")}
    return {
        "type": type(error).__name__,
        "message": str(error)[:2000],
        **{name: value for name, value in known.items() if value is not None},
    }
