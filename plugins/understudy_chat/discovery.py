"""Finding a local model server by the port that it usually listens on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from understudy.errors import ModelError
from understudy_chat.cache import Cache
from understudy_chat.catalogue import Catalogue
from understudy_chat.connections import Connections
from understudy_chat.endpoint import Endpoint

_SECONDS_FOUND = 60.0
_SECONDS_MISSED = 5.0
_CONNECT_SECONDS = 0.3
_ANSWER_SECONDS = 0.5
_LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A program that serves models on this machine."""

    name: str
    port: int


OLLAMA: Final = LocalServer("Ollama", 11434)
LM_STUDIO: Final = LocalServer("LM Studio", 1234)
LLAMA_CPP: Final = LocalServer("llama.cpp", 8080)
VLLM_SERVER: Final = LocalServer("vLLM", 8000)
JAN: Final = LocalServer("Jan", 1337)
LOCAL_SERVERS: Final = (OLLAMA, LM_STUDIO, LLAMA_CPP, VLLM_SERVER, JAN)


class Discovery:
    """Looks for local servers, and remembers for a while what it found."""

    def __init__(self, connections: Connections, catalogue: Catalogue) -> None:
        self._connections = connections
        self._catalogue = catalogue
        self._cache: Cache[tuple[Endpoint, ...]] = Cache(
            lambda found: _SECONDS_FOUND if found else _SECONDS_MISSED
        )

    async def find(self, servers: Sequence[LocalServer]) -> Endpoint | None:
        """The first of the servers that has a model, else the first that answers, else None."""
        key = tuple(servers)
        found = await self._cache.get(key, lambda: self._search(key))
        return found[0] if found else None

    def forget(self) -> None:
        """Look again next time: what was found does not answer any more."""
        self._cache.forget()
        self._catalogue.forget()

    async def _search(self, servers: Sequence[LocalServer]) -> tuple[Endpoint, ...]:
        located = await asyncio.gather(*(locate(server) for server in servers))
        endpoints = [endpoint for endpoint in located if endpoint is not None]
        if not endpoints:
            return ()
        await self._connections.prepare()
        ranks = await asyncio.gather(*(self._rank(endpoint) for endpoint in endpoints))
        ranked = zip(ranks, endpoints, strict=True)
        return tuple(e for rank, e in sorted(ranked, key=lambda pair: pair[0]) if rank < 2)

    async def _rank(self, endpoint: Endpoint) -> int:
        """0: it has a model that chats; 1: it has none; 2: it is no model server, or our own."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                models = await self._catalogue.models(endpoint, _ANSWER_SECONDS)
        except (ModelError, TimeoutError):
            return 2
        if any(model.owner == "understudy" for model in models):
            return 2  # an assistant must not be its own model
        return 0 if models else 1


def servers_to_try() -> tuple[LocalServer, ...]:
    """The usual ones; none or others by `UNDERSTUDY_DISCOVERY=0`, `UNDERSTUDY_DISCOVERY_PORTS`."""
    if os.environ.get("UNDERSTUDY_DISCOVERY", "").strip().lower() in ("0", "false", "no", "off"):
        return ()
    ports = os.environ.get("UNDERSTUDY_DISCOVERY_PORTS")
    if ports is None:
        return LOCAL_SERVERS
    numbers = [int(text) for text in ports.split(",") if text.strip().isdigit()]
    return tuple(_server_on(number) for number in numbers if 0 < number < 65536)


def _server_on(port: int) -> LocalServer:
    usual = (server for server in LOCAL_SERVERS if server.port == port)
    return next(usual, LocalServer("the server", port))


async def locate(server: LocalServer) -> Endpoint | None:
    """The server's endpoint, if anything listens on its port."""
    # Bare connections, so that a machine without a model server does not import an HTTP client.
    answers = await asyncio.gather(*(_accepts(host, server.port) for host in _LOOPBACK))
    for host, accepts in zip(("127.0.0.1", "[::1]"), answers, strict=True):
        if accepts:
            return Endpoint(f"http://{host}:{server.port}/v1", origin="local", name=server.name)
    return None


async def _accepts(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # TimeoutError is one
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
