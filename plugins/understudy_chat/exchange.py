"""An exchange: a request that was accepted, and its answer as it arrives."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.errors import ModelError
from understudy.models import ChatChunk
from understudy_chat.answer import Answer
from understudy_chat.endpoint import Endpoint
from understudy_chat.failures import broken, interrupted
from understudy_chat.sse import EventParser

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
    parser = EventParser()
    try:
        piece = await _beginning(exchange)
        while not answer.is_over:
            for event in parser.feed(piece) if piece else parser.close():
                chunk = answer.decode(event)
                if chunk is not None:
                    yield chunk
                elif answer.is_over:
                    break
            if not piece:
                break
            piece = await _read(exchange)
    except ModelError as error:
        # The answer itself is whole: what broke came behind it.
        if not answer.is_finished or error.kind not in ("broken", "timeout"):
            raise
    usage = answer.end()
    if usage is not None:
        yield usage


async def _beginning(exchange: Exchange) -> bytes:
    """What comes first; an answer that is no stream is made the one event of it."""
    if "html" in exchange.response.content_type:
        raise broken(exchange.endpoint, "a web page came instead of an answer")
    first = await _read(exchange)
    # Not by the content type: servers are known that get it wrong, either way.
    if not first.lstrip().startswith(b"{"):
        return first
    while piece := await _read(exchange):
        first += piece
    return b"data:" + b"\ndata:".join(first.splitlines()) + b"\n\n"


async def _read(exchange: Exchange) -> bytes:
    try:
        return await exchange.response.content.readany()
    except Exception as error:
        import aiohttp

        if not isinstance(error, aiohttp.ClientError | TimeoutError):
            raise
        raise interrupted(exchange.endpoint, error, exchange.patience) from error
