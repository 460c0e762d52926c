"""The narrow waist: the one way a run acts on the world.

Each effect is journalled before it is made and again when it has ended, so that the journal tells
everything that happened, in order, and a run can be taken up or replayed from it. In a run that is
taken up, what has ended is answered from the journal; the first effect that must really be made
is where its present begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from understudy.errors import Invalid, UnderstudyError
from understudy.runs import fetch
from understudy.runs.journal import Journal
from understudy.runs.order import Order
from understudy.runs.past import Past, failure, was_dropped
from understudy.runs.quota import Quota
from understudy.store import Record
from understudy.streams import closing

JSON = dict[str, Any]
_LASTING = frozenset(
    {"tool", "client_tools", "approval", "fetch", "files.write"}
    | {"process", "process.stream", "process.send"}
)
"""Effects that change the world: their lines are on the disk before they are made, so that not
even a power cut can have one made twice. Asking a model again only costs."""
_ENDLESS = frozenset({"timer"})
"""Effects that leave a line only when they end: most timers are forgotten before that."""
_CHEAP = frozenset({"timer", "log"})
"""Effects whose results may be lost with the process: they cost nothing a second time."""
Doer = Callable[[JSON], Awaitable[Any]]
Shown = Callable[[Any, Exception | None], Awaitable[None]]
"""Told how an effect ended, by its value or its error, before whoever asked for it."""


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


class Resumption(Protocol):
    """What effects need to know of the run that they are taken up for."""

    def may_repeat(self, kind: str, payload: JSON) -> bool:
        """Whether what was under way when the process died may be made again."""
        ...

    async def arrive(self) -> None:
        """Everything from here on happens now."""
        ...

    async def give_up(self, error: UnderstudyError) -> None:
        """The run cannot go on. Never returns."""
        ...


class Effects:
    """Makes effects by their kind: `doers` answer once, `streamers` bit by bit."""

    def __init__(
        self,
        journal: Journal,
        resumption: Resumption,
        quota: Quota,
        *,
        doers: Mapping[str, Doer],
        streamers: Mapping[str, Streamer],
    ) -> None:
        self._journal = journal
        self._resumption = resumption
        self._quota = quota
        self._doers = doers
        self._streamers = streamers
        self._order = Order()
        self._past: Past | None = None
        self._is_noted = False
        self._answered = 0.0
        self.streaming = 0
        """How many answers are coming bit by bit now."""

    async def take_up(self, past: Past) -> None:
        """Answer from a journal what it knows the answer to."""
        self._past = past
        for kind in past.kinds():
            self._quota.count(kind)
        await self._note_the_end(past, "")

    @property
    def now(self) -> float:
        """When the newest answer came, or the run began (seconds since 1970)."""
        return max(self._answered, self._journal.began)

    async def effect(
        self,
        effect_id: str,
        kind: str,
        payload: JSON,
        *,
        do: Doer | None = None,
        shown: Shown | None = None,
    ) -> Any:
        """Make an effect and return its result, a JSON value. `do` is how, if not by its kind."""
        do = do or self._doers.get(kind) or self._whole(effect_id, kind)
        known = await self._known(effect_id, kind, payload)
        if known is not None:
            async with self._sent_again(payload, known):
                return await self._answer_again(effect_id, known, shown)
        lasting = _is_lasting(kind, payload)
        await self._begin(effect_id, kind, payload, durable=lasting)
        try:
            value = await do(payload)
        except (Exception, asyncio.CancelledError) as error:
            await self._ended(effect_id, kind, {"error": describe(error)}, lasting, error, shown)
            raise
        await self._ended(effect_id, kind, {"value": value}, lasting, None, shown)
        return value

    def stream(self, effect_id: str, kind: str, payload: JSON) -> AsyncIterator[Any]:
        """Make an effect that answers bit by bit; the journal keeps the whole answer."""
        streamer = self._streamers.get(kind)
        if streamer is None:
            raise Invalid(f'There is no streamed effect of the kind "{kind}".')
        if self._past is None:
            return self._made(effect_id, streamer, kind, payload)
        return self._made_once(effect_id, streamer, kind, payload)

    # -- what happens now

    async def _made(
        self, effect_id: str, streamer: Streamer, kind: str, payload: JSON
    ) -> AsyncIterator[Any]:
        whole, lasting, chunk = streamer.collector(), _is_lasting(kind, payload), None
        await self._begin(effect_id, kind, payload, durable=lasting)
        self.streaming += 1
        try:
            async with closing(streamer.make(payload)) as chunks:
                async for chunk in chunks:
                    whole.add(chunk)
                    yield chunk
        except (Exception, asyncio.CancelledError, GeneratorExit) as error:
            outcome = {"value": whole.message()} if chunk is not None else {}
            # Whoever has read enough of an answer closes it: that is no failure.
            how = {"left": True} if isinstance(error, GeneratorExit) else {"error": describe(error)}
            await self._journal.result(effect_id, outcome | how, durable=lasting)
            raise
        finally:
            self.streaming -= 1
        await self._ended(effect_id, kind, {"value": whole.message()}, lasting)

    def _whole(self, effect_id: str, kind: str) -> Doer:
        streamer = self._streamers.get(kind)
        if streamer is None:
            raise Invalid(f'There is no effect of the kind "{kind}".')

        async def collect(payload: JSON) -> Any:
            whole = streamer.collector()
            async with closing(streamer.make(payload)) as chunks:
                async for chunk in chunks:
                    whole.add(chunk)
            return whole.message()

        return collect

    async def _begin(self, effect_id: str, kind: str, payload: JSON, *, durable: bool) -> None:
        if self._past is not None and kind != "log":
            await self._past.all_given()
            await self._resumption.arrive()
        if (error := self._quota.count(kind)) is not None:
            await self._resumption.give_up(error)
        if kind not in _ENDLESS:
            shown = _recorded(kind, payload)
            await self._journal.effect(effect_id, kind, shown, durable=durable)

    async def _ended(
        self,
        effect_id: str,
        kind: str,
        outcome: JSON,
        lasting: bool,
        error: BaseException | None = None,
        shown: Shown | None = None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError):  # nobody waits for it
            if kind not in _ENDLESS:
                await self._journal.result(effect_id, outcome, durable=lasting)
            return
        async with self._order.turn():
            stored = kind not in _CHEAP
            at = await self._journal.result(effect_id, outcome, durable=lasting, at_once=stored)
            if shown is not None:
                await shown(outcome.get("value"), error if isinstance(error, Exception) else None)
        at = self._past.ended_at(effect_id, at) if self._past is not None else at
        self._answered = max(self._answered, at)

    # -- what happened before

    async def _known(self, effect_id: str, kind: str, payload: JSON) -> Record | None:
        """The line of the result, if there is one. Gives the run up if it cannot go on."""
        past = self._past
        if past is None:
            return None
        known = past.result(effect_id)
        try:
            past.check(effect_id, kind, _recorded(kind, payload))
            if known is None and past.began(effect_id):
                self._check_repeat(kind, payload)
        except UnderstudyError as error:
            await self._resumption.give_up(error)
            raise
        return known

    def _check_repeat(self, kind: str, payload: JSON) -> None:
        if self._resumption.may_repeat(kind, payload):
            return
        what = f"the {kind} `{payload['name']}`" if "name" in payload else f"a `{kind}`"
        raise UnderstudyError(
            f"The run cannot go on: {what} was under way when the process that carried the run "
            "out ended, and is not declared safe to be made again.",
            hint="Declare a function `idempotent` if it may be called twice.",
        )

    def _sent_again(self, payload: JSON, known: Record) -> AbstractAsyncContextManager[None]:
        return fetch.sent_again(payload, known.get("value"), self._resumption.give_up)

    async def _answer_again(self, effect_id: str, known: Record, shown: Shown | None) -> Any:
        past = self._past
        if past is None or was_dropped(known):  # nobody waited for it, and nobody will
            return await asyncio.get_running_loop().create_future()
        await past.turn(effect_id)
        await self._note_the_end(past, effect_id)
        error = failure(known["error"]) if "error" in known else None
        if shown is not None:
            await shown(known.get("value"), error)
        self._answered = max(self._answered, known["t"])
        past.given(effect_id)
        if error is not None:
            raise error
        return known["value"]

    async def _note_the_end(self, past: Past, effect_id: str) -> None:
        """Have the journal say that this run has come to its end, before it goes beyond that."""
        if not self._is_noted and past.is_given(except_for=effect_id):
            self._is_noted = True
            await self._journal.reached()

    async def _made_once(
        self, effect_id: str, streamer: Streamer, kind: str, payload: JSON
    ) -> AsyncIterator[Any]:
        known = await self._known(effect_id, kind, payload)
        if known is None:
            async with closing(self._made(effect_id, streamer, kind, payload)) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        if self._past is not None:
            await self._note_the_end(self._past, effect_id)
        async with self._sent_again(payload, known):
            for piece in streamer.pieces(known["value"]) if "value" in known else ():
                yield piece
            if not known.get("left"):
                await self._answer_again(effect_id, known, None)
            elif self._past is not None:
                self._past.given(effect_id)


def _recorded(kind: str, payload: JSON) -> JSON:
    return fetch.recorded(payload) if kind == "fetch" else payload


def _is_lasting(kind: str, payload: JSON) -> bool:
    return kind in _LASTING and not (kind == "fetch" and fetch.only_reads(payload))


def describe(error: BaseException) -> JSON:
    """An error as the journal keeps it: its name, its message, and what else a caller can use."""
    known = {name: getattr(error, name, None) for name in ("kind", "status", "plugin")}
    return {
        "type": type(error).__name__,
        "message": str(error)[:2000],
        **{name: value for name, value in known.items() if value is not None},
    }
