"""What all tests share: the kit that plugin authors get, and a running server with its clients."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from understudy.testing.model_server import ModelServer
from understudy.testing.server import KEY, Server

# Children inherit an ignored SIGINT, as shells set it for what runs in the background: Ctrl-C could
# not be tested there.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["understudy.testing.fixtures"]

Connect = Callable[..., Any]


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with ModelServer() as model, Server(tmp_path_factory.mktemp("root"), model=model) as server:
        yield server


@pytest.fixture
def server(shared_server: Server) -> Server:
    """`understudy serve`, one for each test module; `server.model` is its scripted model."""
    assert shared_server.model is not None
    shared_server.model.forget()
    return shared_server


@pytest.fixture
def start_server(root: Path, model: ModelServer) -> Iterator[Callable[..., Server]]:
    """Start servers of a test's own, on `root` and asking `model`: to kill, stop, configure."""
    started: list[Server] = []

    def start(*options: str, **env: str) -> Server:
        started.append(Server(root, *options, model=model, env=env))
        return started[-1].start()

    yield start
    for each in started:
        each.__exit__()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """`connect(server)`: the official client, strict about every answer, without retries.

    `connect(server, openai.AsyncOpenAI)` is the async one; the caller closes it.
    """
    import openai

    clients: list[Any] = []

    def make(server: Server, kind: type = openai.OpenAI, **options: Any) -> Any:
        strict = {"_strict_response_validation": True, "max_retries": 0}
        client = kind(base_url=server.url, api_key=KEY, **(strict | options))
        clients.append(client)
        return client

    with warnings.catch_warnings():
        # Every call of client.beta warns that OpenAI itself has switched this API off.
        warnings.simplefilter("ignore", DeprecationWarning)
        yield make
    for client in clients:
        if isinstance(client, openai.OpenAI):
            client.close()


@pytest.fixture
def client(server: Server, connect: Connect) -> Any:
    """The official client of `server`."""
    return connect(server)
