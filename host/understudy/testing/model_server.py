"""A language model for tests: a real HTTP server that speaks chat completions and has a script.

    with ModelServer() as server:
        server.script([call_tools([("weather", {"city": "Rome"})]), say("Sunny in Rome.")])
        ...  # run something against server.base_url
        assert server.requests[1].body["messages"][-1]["role"] == "tool"

It refuses, as strict servers do, whatever is not chat-completions vocabulary. Without a script it
repeats what the user said. `python -m understudy.testing.model_server --port 8000` starts it alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import click
from aiohttp import web

from understudy.testing.chat_answers import (
    Answer,
    call_tools,
    cut,
    error_body,
    fail,
    garbage,
    hang,
    raw,
    say,
)
from understudy.testing.chat_rules import check_request
from understudy.testing.chat_wire import Cut, play

__all__ = [
    "Answer",
    "ModelServer",
    "Received",
    "call_tools",
    "cut",
    "echo",
    "fail",
    "garbage",
    "hang",
    "raw",
    "say",
]


@dataclass(frozen=True, slots=True)
class Received:
    """A request. `answered` is set when all was sent, `left` when the client went before that.

    Requests with the same `client_port` came over the same connection.
    """

    body: dict[str, Any] = field(hash=False)
    headers: Mapping[str, str] = field(hash=False)
    client_port: int
    answered: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def text(self) -> str:
        """What the user said last."""
        said = [
            message["content"] for message in self.body["messages"] if message["role"] == "user"
        ]
        content = said[-1] if said else ""
        return content if isinstance(content, str) else "".join(p.get("text", "") for p in content)


Script = Answer | Callable[[Received], Answer]


def echo(request: Received) -> Answer:
    """Repeat what the user said."""
    return say(f"You said: {request.text}")


class ModelServer:
    """The server; a context manager, on a free port of the loopback unless `port` is given.

    `strict`: refuse other than chat-completions vocabulary. `api_key`: ask for it. `default`: the
    answer when the script is at its end. `models`: what `/v1/models` lists.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        strict: bool = True,
        api_key: str | None = None,
        models: Sequence[str] = ("test-model",),
        default: Script = echo,
    ) -> None:
        self.port = port
        self.strict = strict
        self.api_key = api_key
        self.models = models
        self.default = default
        self.requests: list[Received] = []
        self._script: deque[Script] = deque()
        self._arrival = threading.Condition()

    @property
    def base_url(self) -> str:
        """The address, with `/v1`."""
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, answers: Iterable[Script]) -> None:
        """Add answers, one for each request to come; a function makes its answer of the request."""
        self._script.extend(answers)

    def forget(self) -> None:
        """Forget the script and the requests, for the next test with the same server."""
        self._script.clear()
        self.requests.clear()

    def wait_for_request(self, number: int = 1, *, seconds: float = 10.0) -> Received:
        """The request of that number (from 1), as soon as it has come. Raises `TimeoutError`."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.requests) >= number, seconds):
                raise TimeoutError(f"request {number} did not come; {len(self.requests)} did")
        return self.requests[number - 1]

    def __enter__(self) -> ModelServer:
        started: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        self.port = started.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self, started: Future[int]) -> None:
        try:
            asyncio.run(self._serve(started))
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)  # for example: the port is taken

    async def _serve(self, started: Future[int]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=2**28)
        app.router.add_get("/v1/models", self._list_models)
        app.router.add_post("/v1/chat/completions", self._chat)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024).start()
            started.set_result(runner.addresses[0][1])
            await self._stop.wait()
        finally:
            await runner.cleanup()

    # -- requests

    async def _list_models(self, request: web.Request) -> web.Response:
        data = [{"id": m, "object": "model", "created": 0, "owned_by": "test"} for m in self.models]
        return self._unauthorised(request) or web.json_response({"object": "list", "data": data})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._unauthorised(request):
            return refusal
        try:
            body = await request.json()
        except ValueError:
            return web.json_response(error_body("the body is not JSON"), status=400)
        peer = request.get_extra_info("peername") or ("", 0)
        received = Received(body, dict(request.headers), peer[1])
        with self._arrival:
            self.requests.append(received)
            self._arrival.notify_all()
        if self.strict and (problem := check_request(received.body)):
            return web.json_response(error_body(problem), status=400)
        return await self._answer(request, received)

    def _unauthorised(self, request: web.Request) -> web.Response | None:
        if self.api_key in (None, request.headers.get("Authorization", "").removeprefix("Bearer ")):
            return None
        return web.json_response(error_body("Incorrect API key provided."), status=401)

    async def _answer(self, request: web.Request, received: Received) -> web.StreamResponse:
        step = self._script.popleft() if self._script else self.default
        answer = step if isinstance(step, Answer) else step(received)
        try:
            response = await play(answer, request, received.body)
        except Cut:
            return web.Response()  # to nobody
        except ConnectionError:
            received.left.set()
            return web.Response()
        except asyncio.CancelledError:
            received.left.set()
            raise
        received.answered.set()
        return response


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where to listen; 0: a free port.")
def main(port: int) -> None:
    """Serve a language model that repeats what it is told."""
    with ModelServer(port=port) as server:
        click.echo(f"OPENAI_BASE_URL={server.base_url}")
        threading.Event().wait()


if __name__ == "__main__":
    main()
