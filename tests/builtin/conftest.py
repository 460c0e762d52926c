"""The built-in assistants in a host of their own: without a model, or with a scripted one."""

from __future__ import annotations

import pytest

from understudy import SyncHost
from understudy.testing.model_server import ModelServer
from understudy_memory import MemoryStore


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A host that reaches no model."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "UNDERSTUDY_MODEL"):
            patch.delenv(name, raising=False)
        patch.setenv("UNDERSTUDY_DISCOVERY", "0")
        with SyncHost(tmp_path_factory.mktemp("root"), store=MemoryStore()) as host:
            yield host


@pytest.fixture
def model(monkeypatch):
    """A language model that follows a script."""
    with ModelServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("UNDERSTUDY_DISCOVERY", "0")
        yield server


@pytest.fixture
def host_with_model(model, tmp_path):
    """A host that reaches `model`."""
    with SyncHost(tmp_path, store=MemoryStore()) as host:
        yield host


@pytest.fixture(scope="module")
def tutor(host):
    """Asks the math tutor and gives the lines of its answer."""
    return lambda question: host.run("math-tutor", question).text.splitlines()


@pytest.fixture(scope="module")
def answer(tutor):
    """Asks the math tutor and gives the result alone."""
    return lambda question: tutor(question)[-1].removeprefix("Answer: ")
