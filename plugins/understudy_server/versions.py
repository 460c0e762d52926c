"""The API's two versions: the second, and the first for those who ask for it."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy import Host
from understudy_server.catalogue import Catalogue
from understudy_server.guard import BETA
from understudy_server.table import Table

_FIRST: Final = b"assistants=v1"


class Versions:
    """An ASGI app behind the guard. The first version is imported when it is first asked for."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._catalogue = Catalogue(host)
        self._second = Table(self._catalogue.second)
        self._first: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the version that is asked for."""
        if scope["type"] == "http" and scope[BETA] == _FIRST:
            await self._older()(scope, receive, send)
        else:
            await self._second(scope, receive, send)

    def _older(self) -> ASGIApp:
        if self._first is None:
            from understudy_server.v1 import V1

            self._first = V1(Table(self._catalogue.first), self._host)
        return self._first
