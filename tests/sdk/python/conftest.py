"""What the tests with the Python client share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


@pytest.fixture
def assistant(client: Any) -> Any:
    return client.beta.assistants.create(model="test-model", instructions="Be brief.")


@pytest.fixture
def forecaster(client: Any) -> Any:
    """An assistant with a function that only the client can call."""
    return client.beta.assistants.create(model="test-model", tools=[WEATHER])


@pytest.fixture
def ask(client: Any) -> Callable[..., Any]:
    """A thread with one question."""

    def make(content: Any = "Hi") -> Any:
        return client.beta.threads.create(messages=[{"role": "user", "content": content}])

    return make


@pytest.fixture
def finish(client: Any) -> Callable[..., Any]:
    """A run, created and polled until it is over or waits."""

    def run(thread: Any, assistant: Any, **options: Any) -> Any:
        return client.beta.threads.runs.create_and_poll(
            thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=20, **options
        )

    return run
