"""An exchange: a request that was accepted, and its answer as it arrives."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.errors import ModelError
from understudy.models import ChatChunk
from understudy_chat.answer import Answer
from understudy_chat.endpoint import Endpoint
from understudy_chat.failures import broken, interrupted
from understudy_chat.sse import Event, EventParser

if TYPE_CHECKING:
    import aiohttp


@dataclass(frozen=True, slots=True)
class Exchange:
    """`patience`: the longest silence, in seconds. Whoever opened the response closes it."""

    endpoint: Endpoint
    response: aiohttp.ClientResponse = field(hash=False)
    patience: float


async def read_chunks(exchange: Exchange) -> AsyncGenerator[ChatChunk]:
    """The answer, bit by bit, to its end. Raises `ModelError`."""
    answer = Answer(exchange.endpoint)
    try:
        async with aclosing(_events(exchange)) as batches:
            async for events in batches:
                for event in events:
                    chunk = answer.decode(event)
                    if chunk is not None:
                        yield chunk
                    elif answer.is_over:
                        break
                if answer.is_over:
                    break
    except ModelError as error:
        # The answer itself is whole: what broke came behind it.
        if not answer.is_finished or error.kind not in ("broken", "timeout"):
            raise
    usage = answer.end()
    if usage is not None:
        yield usage


async def _events(exchange: Exchange) -> AsyncGenerator[list[Event]]:
    import aiohttp

    response = exchange.response
    if "html" in response.content_type:
        raise broken(exchange.endpoint, "a web page came instead of an answer")
    parser = EventParser()
    try:
        first = await response.content.readany()
        # Not by the content type: servers are known that get it wrong, either way.
        if first.lstrip().startswith(b"{"):
            yield [(b"", first + await response.content.read())]
            return
        yield parser.feed(first)
        async for piece in response.content.iter_any():
            yield parser.feed(piece)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise interrupted(exchange.endpoint, error, exchange.patience) from error
    yield parser.close()
