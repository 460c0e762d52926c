"""A scripted model server and a way to ask it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from understudy.errors import ModelError
from understudy.models import ChatChunk, ChatRequest
from understudy.testing.model_server import ModelServer
from understudy_chat import OpenAIModels

_HELLO = ({"role": "user", "content": "hello"},)


@dataclass
class Client:
    """Asks through one provider, each time in an event loop of its own."""

    settings: dict = field(default_factory=dict)
    provider: OpenAIModels = field(default_factory=OpenAIModels)

    async def stream(self, model="m", messages=_HELLO, tools=(), settings=None, **parameters):
        request = ChatRequest(
            model, messages, tools, parameters, {**self.settings, **(settings or {})}
        )
        async with aclosing(self.provider.chat(request)) as chunks:
            async for chunk in chunks:
                yield chunk

    def chunks(self, **request) -> list[ChatChunk]:
        async def main():
            async with aclosing(self.stream(**request)) as chunks:
                return [chunk async for chunk in chunks]

        return asyncio.run(main())

    def text(self, **request) -> str:
        return "".join(chunk.text for chunk in self.chunks(**request))

    def error(self, **request) -> ModelError:
        with pytest.raises(ModelError) as caught:
            self.chunks(**request)
        return caught.value

    def models(self, **settings) -> list[str]:
        return list(asyncio.run(self.provider.models({**self.settings, **settings})))


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "UNDERSTUDY_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UNDERSTUDY_DISCOVERY", "0")


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def client(server):
    return Client({"base_url": server.base_url})


@pytest.fixture
def bare_client():
    return Client()
