"""Names become addresses once: those that are checked here are those that are connected to.

So a name cannot lead to one address when it is checked, and to another when it is used ("DNS
rebinding").
"""

from __future__ import annotations

import socket

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from understudy.errors import NotAllowed
from understudy.permissions.hosts import Hosts


class CheckedResolver(AbstractResolver):
    """The system's resolver, without the addresses that may not be reached."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises `NotAllowed` if all of them are private."""
        found = await self._system.resolve(host, port, family)
        allowed = [each for each in found if self._hosts.reach(each["host"], port)]
        if found and not allowed:
            raise private(host, found[0]["host"])
        return allowed

    async def close(self) -> None:
        """Let go of the system's resolver."""
        await self._system.close()


def private(host: str, address: str) -> NotAllowed:
    """The error of a name, or an address, that leads into a network of one's own."""
    leads = f" leads to {address}, which" if address != host else ""
    return NotAllowed(
        f"{host}{leads} is not an address of the internet, and must be named by itself: add "
        f'"{address}" to "net" in package.json\'s "permissions".'
    )
