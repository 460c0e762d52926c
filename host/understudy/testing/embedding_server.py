"""An embedding model for tests: a real HTTP server that speaks OpenAI's `/v1/embeddings`.

    with EmbeddingServer() as server:
        server.fail(503)                    # the next request, then all goes well again
        ...  # embed something at server.base_url
        assert server.requests[0].body["input"] == ["a text"]

Its vectors count a text's words by topic: "dog" and "hound" are alike, "dog" and "rent" are not.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiohttp import web

__all__ = ["EmbeddingServer", "Request", "topics"]

TOPICS: Final = (
    frozenset(("dog", "dogs", "hound", "puppy", "animal", "animals", "pet", "pets")),
    frozenset(("rent", "lease", "tenant", "landlord", "flat")),
    frozenset(("boat", "ship", "sea", "sail", "harbour")),
    frozenset(("bread", "oven", "baker", "flour", "loaf")),
)
_WAIT: Final = 90.0


def topics(text: str) -> list[float]:
    """How often a text speaks of each topic."""
    words = [word.strip(".,:;!?#").lower() for word in text.split()]
    return [*(float(sum(word in topic for word in words)) for topic in TOPICS), 0.1]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    body: dict[str, Any] = field(hash=False)
    headers: Mapping[str, str] = field(hash=False)


class EmbeddingServer:
    """The server; a context manager, on a free port of the loopback.

    `vector` makes a text's vector. Requests with a text that `refuses` says yes to are refused.
    While `gate` is cleared, requests wait; `arrived` is released for each.
    """

    def __init__(self, vector: Callable[[str], list[float]] = topics) -> None:
        self.port = 0
        self.vector = vector
        self.refuses: Callable[[str], bool] = lambda _: False
        self.requests: list[Request] = []
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Semaphore(0)
        self._failures: deque[web.Response] = deque()

    @property
    def base_url(self) -> str:
        """The address, with `/v1`."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def texts(self) -> list[str]:
        """All texts that were sent."""
        return [text for request in self.requests for text in request.body["input"]]

    def fail(self, status: int, body: object = "", **headers: str) -> None:
        """Answer one request like this; text as it is, anything else as JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._failures.append(web.Response(status=status, text=text, headers=named))

    async def _embed(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(Request(body, dict(request.headers)))
        self.arrived.release()
        await asyncio.to_thread(self.gate.wait, _WAIT)
        if self._failures:
            return self._failures.popleft()
        if any(map(self.refuses, body["input"])):
            return web.json_response({"error": {"message": "too long"}}, status=400)
        vectors = [self.vector(text) for text in body["input"]]
        data = [{"index": at, "embedding": vector} for at, vector in enumerate(vectors)]
        return web.json_response({"object": "list", "data": data[::-1]})  # any order will do

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(_WAIT)
        return self

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/embeddings", self._embed)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(_WAIT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
