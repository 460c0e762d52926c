"""An assistant's way to the network: a client that is made when code first asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from understudy.permissions.hosts import Hosts
from understudy.permissions.standing import Standing
from understudy.streams import closing

if TYPE_CHECKING:
    from understudy.network.client import Client

JSON = dict[str, Any]


class Network:
    """What the code of one assistant reaches. It lives as long as the assistant is loaded."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._client: Client | None = None

    async def fetch(self, payload: Mapping[str, Any]) -> AsyncIterator[JSON]:
        """Make a request; see `Client.fetch`."""
        async with closing(self._opened().fetch(payload)) as items:
            async for item in items:
                yield item

    def _opened(self) -> Client:
        if self._client is None:
            from understudy.network.client import Client  # brings aiohttp

            self._client = Client(Hosts(self._standing.grant.net), self._standing.refuse_host)
        return self._client

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.close()
