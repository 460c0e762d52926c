"""One request for a response, being answered."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

from understudy import Conflict, Host, Run, UnderstudyError
from understudy.objects import Assistant, CallOptions
from understudy_server.doors.handover import Place, follow
from understudy_server.doors.past import Past, copy
from understudy_server.doors.response_events import Telling, encode
from understudy_server.doors.response_object import response_object

JSON = dict[str, Any]


class Execution(Protocol):
    """A run under way."""

    @property
    def run(self) -> Run:
        """The run as it is now."""

    error: BaseException | None


class ResponseTurn:
    """The run behind a response: kept in the data root, or nowhere if it is not to be stored."""

    def __init__(self, host: Host, assistant: Assistant, options: CallOptions, past: Past) -> None:
        self._host = host
        self._assistant = assistant
        self._options = options
        self._past = past
        self._telling = Telling()

    async def whole(self) -> JSON:
        """The response when it is over. Raises what made the run fail."""
        async with self._begun() as (place, execution):
            async with aclosing(follow(place, execution.run)) as events:
                async for event in events:
                    list(self._telling.take(event))
            response = self._telling.response()
            if response["status"] == "failed" and execution.error is not None:
                raise execution.error
        return response

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The stream."""
        async with (
            self._begun() as (place, execution),
            aclosing(follow(place, execution.run)) as events,
        ):
            async for event in events:
                for told in self._telling.take(event):
                    yield encode(told)

    async def beginning(self) -> JSON:
        """The response when it has begun; it goes on by itself."""
        return response_object((await self._stored()).run.wire(), [])

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[tuple[Place, Execution]]:
        if self._options.origin["store"]:
            yield self._host, await self._stored()
            return
        async with self._host.scratch() as scratch:
            thread_id = (await scratch.threads.create()).id
            await copy(await self._past.messages(self._host), scratch, thread_id)
            yield scratch, await self._run(scratch, thread_id)

    async def _stored(self) -> Execution:
        past = self._past
        if past.thread_id is None or not past.grows:
            return await self._on_new_thread(past)
        try:
            return await self._run(self._host, past.thread_id)
        except Conflict:  # another request goes on from the same response at this moment
            if self._options.origin["conversation"]:
                raise
            return await self._on_new_thread(replace(past, grows=False))

    async def _on_new_thread(self, past: Past) -> Execution:
        thread_id = (await self._host.new_thread(self._assistant.id)).id
        try:
            await copy(await past.messages(self._host), self._host, thread_id)
            return await self._run(self._host, thread_id)
        except UnderstudyError:  # nobody would ever learn of the thread
            await self._host.threads.delete(thread_id)
            raise

    async def _run(self, place: Place, thread_id: str) -> Execution:
        return await place.runs.create(thread_id, self._assistant.id, self._options)
