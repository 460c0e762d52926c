"""The model provider: any endpoint that speaks chat completions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from understudy.errors import ModelError, UnderstudyError
from understudy.models import ChatChunk, ChatRequest
from understudy_chat.catalogue import Catalogue
from understudy_chat.connections import Connections, finish
from understudy_chat.discovery import Discovery, servers_to_try
from understudy_chat.endpoint import Endpoint, configured_endpoint
from understudy_chat.exchange import Exchange, read_chunks
from understudy_chat.failures import nothing_found
from understudy_chat.refusals import refused
from understudy_chat.request import request_body
from understudy_chat.retries import with_retries
from understudy_chat.settings import Settings, read_settings

if TYPE_CHECKING:
    import aiohttp

_LIST_SECONDS = 5.0
_LONGEST_REFUSAL = 2**16


class OpenAIModels:
    """Chats with the endpoint of the settings, of the environment, or a local server it finds."""

    def __init__(self) -> None:
        self._connections = Connections()
        self._catalogue = Catalogue(self._connections)
        self._discovery = Discovery(self._connections, self._catalogue)
        self._without_usage: set[str] = set()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatChunk]:
        """Stream the answer. Raises `ModelError`; only what has not begun is tried again."""
        settings = read_settings(request.settings)
        exchange = await with_retries(lambda: self._ask(request, settings), settings.max_retries)
        try:
            async with aclosing(read_chunks(exchange)) as chunks:
                async for chunk in chunks:
                    yield chunk
            await finish(exchange.response)
        finally:
            exchange.response.close()

    async def models(self, settings: Mapping[str, Any]) -> Sequence[str]:
        """The models that chat; none if nothing answers within seconds."""
        try:
            endpoint = await self._endpoint(read_settings(settings))
        except UnderstudyError:
            return ()
        return await self._catalogue.names(endpoint, _LIST_SECONDS)

    async def close(self) -> None:
        """Let go of connections."""
        await self._connections.close()

    async def _endpoint(self, settings: Settings) -> Endpoint:
        endpoint = configured_endpoint(settings) or await self._discovery.find(servers_to_try())
        if endpoint is None:
            raise nothing_found()
        return endpoint

    async def _ask(self, request: ChatRequest, settings: Settings) -> Exchange:
        endpoint = await self._endpoint(settings)
        try:
            model = await self._catalogue.pick(request.model, endpoint, _LIST_SECONDS)
            response = await self._post(endpoint, model, request, settings)
        except ModelError as error:
            if endpoint.origin == "local" and error.kind == "unreachable":
                self._discovery.forget()
            raise
        return Exchange(endpoint, response, settings.timeout)

    async def _post(
        self, endpoint: Endpoint, model: str, request: ChatRequest, settings: Settings
    ) -> aiohttp.ClientResponse:
        with_usage = endpoint.base_url not in self._without_usage
        body = request_body(request, model, with_usage=with_usage)
        response = await self._connections.post(
            endpoint, "/chat/completions", body, settings.timeout
        )
        if response.status == 200:
            return response
        refusal = await _read_refusal(response)
        if with_usage and response.status in (400, 422) and b"stream_options" in refusal:
            self._without_usage.add(endpoint.base_url)
            return await self._post(endpoint, model, request, settings)
        raise await self._refused(endpoint, model, response, refusal)

    async def _refused(
        self, endpoint: Endpoint, model: str, response: aiohttp.ClientResponse, body: bytes
    ) -> ModelError:
        missing = response.status == 404 or b"model_not_found" in body
        return refused(
            endpoint,
            response.status,
            body,
            headers=response.headers,
            model=model,
            models=await self._catalogue.names(endpoint, _LIST_SECONDS) if missing else (),
        )


async def _read_refusal(response: aiohttp.ClientResponse) -> bytes:
    import aiohttp

    try:
        return await response.content.readexactly(_LONGEST_REFUSAL)
    except asyncio.IncompleteReadError as error:
        return error.partial
    except (aiohttp.ClientError, TimeoutError):
        return b""
    finally:
        response.close()
