"""The server's start: what is not needed before the first request comes with it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

STARTED = """
import json, sys
from understudy import Host
from understudy_server import create_app, process, serve
create_app(Host({root!r}), keys=["k"])
from pydantic import BaseModel

def models(of=BaseModel):
    for each in of.__subclasses__():
        yield each
        yield from models(each)

built = [each.__name__ for each in models() if each.__pydantic_complete__]
print(json.dumps({{"modules": sorted(sys.modules), "models": len(list(models())), "built": built}}))
"""
KINDS = ["assistants", "threads", "files", "vector_stores", "models", "responses", "conversations"]


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    code = STARTED.format(root=str(tmp_path_factory.mktemp("root")))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_no_route_and_no_other_version_is_imported(started):
    assert "understudy_server.table" in started["modules"]
    late = ("understudy_server.routes.", "understudy_server.doors.", "understudy_server.v1")
    assert [name for name in started["modules"] if name.startswith(late)] == []


def test_no_model_is_built(started):
    assert started["models"] > 50
    assert started["built"] == []


def test_no_client_of_models_is_imported(started):
    assert {"aiohttp", "understudy_chat"}.isdisjoint(started["modules"])


def test_the_key_command_imports_no_web_server():
    code = "import sys, understudy_server.key; sys.exit('starlette' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("kind", [*KINDS, "chat/completions"])
def test_every_kind_is_there_at_its_first_request(server, kind):
    answer = server.request("PUT", f"/{kind}")
    assert answer.status == 405, answer.text


def test_a_kind_that_somebody_made_up_is_not(server):
    assert server.request("GET", "/health").status == 404
    assert server.request("GET", "/nothing").status == 404
    assert server.request("GET", "//assistants").status == 404
