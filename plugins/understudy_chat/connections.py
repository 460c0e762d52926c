"""Connections to endpoints: one session with a pool for each event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from understudy_chat.endpoint import Endpoint
from understudy_chat.failures import unanswered

if TYPE_CHECKING:
    import aiohttp

CONNECT_SECONDS: Final = 5.0
_PATIENCE_SECONDS: Final = 0.05


class Connections:
    """Sends requests. May be used from several event loops."""

    def __init__(self) -> None:
        self._sessions: dict[
            asyncio.AbstractEventLoop,
            tuple[aiohttp.ClientSession, AsyncGenerator[aiohttp.ClientSession]],
        ] = {}

    async def post(
        self, endpoint: Endpoint, path: str, body: bytes, patience: float
    ) -> aiohttp.ClientResponse:
        """Send JSON. The response is open: the caller closes it. Raises `ModelError`."""
        return await self._request("POST", endpoint, path, body, patience)

    async def get(self, endpoint: Endpoint, path: str, patience: float) -> aiohttp.ClientResponse:
        """Ask. The response is open: the caller closes it. Raises `ModelError`."""
        return await self._request("GET", endpoint, path, None, patience)

    async def prepare(self) -> None:
        """Import what a first request needs, so that its time limit does not pay for that."""
        await self._session()

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        _, keeper = self._sessions.pop(asyncio.get_running_loop(), (None, None))
        if keeper is not None:
            await keeper.aclose()

    async def _request(
        self, method: str, endpoint: Endpoint, path: str, body: bytes | None, patience: float
    ) -> aiohttp.ClientResponse:
        import aiohttp

        session = await self._session()
        headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
        try:
            return await session.request(
                method,
                endpoint.base_url + path,
                data=body,
                headers={"Content-Type": "application/json", **headers} if body else headers,
                timeout=aiohttp.ClientTimeout(connect=CONNECT_SECONDS, sock_read=patience),
                proxy=_proxy(endpoint),
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unanswered(endpoint, error, patience) from error

    async def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            keeper = self._keep(loop)
            self._sessions[loop] = (await anext(keeper), keeper)
        return self._sessions[loop][0]

    async def _keep(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[aiohttp.ClientSession]:
        # A generator, since asyncio ends those of a loop before the loop: so the session is
        # closed in the loop that it belongs to even where nobody called `close`.
        import aiohttp

        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity", "User-Agent": "understudy"},
        )
        try:
            async with session:
                yield session
        finally:
            self._sessions.pop(loop, None)


async def finish(response: aiohttp.ClientResponse) -> None:
    """Read to the end, if that comes at once, so that the connection can be used again."""
    import aiohttp

    with suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not response.content.at_eof():
                await response.content.readany()


def _proxy(endpoint: Endpoint) -> str | None:
    """The proxy of the environment; aiohttp's own `trust_env` would ask it for loopback too."""
    if endpoint.is_loopback:
        return None
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(endpoint.base_url)
    proxy = getproxies().get(parts.scheme)
    return None if proxy is None or proxy_bypass(parts.hostname or "") else proxy
