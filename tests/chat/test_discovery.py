"""Local servers are found on their ports; the choice among their models is a sensible one."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from understudy.testing.model_server import ModelServer, fail
from understudy_chat import VLLM, Jan, LlamaCpp, LMStudio, Ollama
from understudy_chat.discovery import LocalServer


@pytest.fixture
def discover(monkeypatch):
    def discover(*ports):
        monkeypatch.delenv("UNDERSTUDY_DISCOVERY")
        monkeypatch.setenv("UNDERSTUDY_DISCOVERY_PORTS", ",".join(map(str, ports)))

    return discover


@pytest.fixture
def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class OtherServer:
    """Something on a port that is no model server: it answers everything with the same body."""

    def __init__(self, body: bytes, status: int = 200, family: int = socket.AF_INET) -> None:
        self.asked, self.posted = asked, posted = [], []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_error(400)

            def do_GET(self):
                asked.append(self.path)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(HTTPServer):
            address_family = family

        self.http = Server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), Handler)
        self.port = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


def test_a_running_server_is_found_and_its_first_model_asked(bare_client, discover, free_port):
    with ModelServer(models=("nomic-embed-text", "llama3.2", "qwen3")) as server:
        discover(free_port, server.port)
        assert bare_client.text(model=None) == "You said: hello"
        assert bare_client.text(model="*") == "You said: hello"
        assert bare_client.text(model="qwen3") == "You said: hello"
    assert [r.body["model"] for r in server.requests] == ["llama3.2", "llama3.2", "qwen3"]


def test_understudy_model_chooses_where_the_assistant_does_not(client, server, monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_MODEL", "mine")
    client.text(model=None)
    client.text(model="its own")
    assert [request.body["model"] for request in server.requests] == ["mine", "its own"]


def test_of_openai_s_many_models_the_newest_small_one_is_taken(bare_client, discover):
    listed = [("gpt-4", 1), ("gpt-9-mini", 9), ("gpt-4o-mini", 4), ("gpt-9-mini-tts", 10)]
    data = [{"id": name, "created": created} for name, created in listed]
    with OtherServer(json.dumps({"data": data}).encode()) as listing:
        discover(listing.port)
        bare_client.error(model=None, settings={"max_retries": 0})  # it cannot chat
        models = bare_client.models()
    assert models == ["gpt-4", "gpt-9-mini", "gpt-4o-mini"]
    assert json.loads(listing.posted[0])["model"] == "gpt-9-mini"


def test_the_first_port_with_a_model_wins(bare_client, discover):
    with ExitStack() as stack:
        empty, first, second = (
            stack.enter_context(ModelServer(models=models)) for models in ((), ("a",), ("b",))
        )
        discover(empty.port, first.port, second.port)
        assert bare_client.models() == ["a"]


def test_a_server_without_any_model_is_better_than_none(bare_client, discover):
    with ModelServer(models=()) as server:
        discover(server.port)
        error = bare_client.error(model=None)
    assert (error.kind, server.base_url in str(error)) == ("not_found", True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>It works!</html>", 200),
        (b'{"data": [1, 2]}', 200),
        (b'{"data": [{"name": "x"}]}', 200),
        (b'["a"]', 200),
        (b'{"data": []}', 404),
        (b'{"data": [{"id": "jan", "owned_by": "understudy"}]}', 200),
    ],
)
def test_what_is_no_model_server_is_passed_over(bare_client, discover, body, status):
    with OtherServer(body, status) as other, ModelServer(models=("real",)) as server:
        discover(other.port, server.port)
        assert bare_client.models() == ["real"]


def test_something_that_accepts_and_says_nothing_is_not_waited_for_long(bare_client, discover):
    with socket.create_server(("127.0.0.1", 0)) as mute, ModelServer(models=("real",)) as server:
        discover(mute.getsockname()[1], server.port)
        assert bare_client.models() == ["real"]


def test_a_server_that_listens_on_ipv6_only(bare_client, discover):
    body = b'{"object": "list", "data": [{"id": "six"}]}'
    with OtherServer(body, family=socket.AF_INET6) as server:
        discover(server.port)
        assert bare_client.models() == ["six"]


def test_discovery_can_be_switched_off(bare_client, discover, monkeypatch):
    with ModelServer() as server:
        discover(server.port)
        monkeypatch.setenv("UNDERSTUDY_DISCOVERY", "0")
        assert bare_client.models() == []
        assert bare_client.error().kind == "unreachable"


def test_odd_ports_are_passed_over(bare_client, discover, server):
    discover("", "x", -1, 70000, f" {server.port} ")
    assert bare_client.text() == "You said: hello"


def test_many_at_once_look_once(discover, bare_client):
    async def main():
        models = bare_client.provider.models
        assert await asyncio.gather(*(models({}) for _ in range(50))) == [["one"]] * 50

    with OtherServer(b'{"data": [{"id": "one"}]}') as server:
        discover(server.port)
        asyncio.run(main())
        assert bare_client.models() == ["one"]  # in another event loop
    assert server.asked == ["/v1/models"]


def test_a_found_server_that_moved_is_found_again(bare_client, discover):
    with ExitStack() as first, ExitStack() as second:
        old = first.enter_context(ModelServer(models=("old",)))
        new = second.enter_context(ModelServer(models=("new",)))
        discover(old.port, new.port)
        assert bare_client.text(model=None) == "You said: hello"
        first.close()
        assert bare_client.text(model=None) == "You said: hello"
    assert [len(old.requests), len(new.requests)] == [1, 1]
    assert new.requests[0].body["model"] == "new"


def test_a_miss_is_cheap_and_imports_no_http_client(free_port):
    program = """
import asyncio, sys, time
from understudy_chat import OpenAIModels
assert asyncio.run(OpenAIModels().models({})) == ()
print("aiohttp" in sys.modules)
"""
    environment = {"UNDERSTUDY_DISCOVERY_PORTS": str(free_port)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_models_never_raises(bare_client, client, server, free_port):
    assert bare_client.models() == []
    assert bare_client.models(base_url=f"http://127.0.0.1:{free_port}") == []
    assert bare_client.models(base_url="nonsense://") == []
    assert bare_client.models(timeout="never") == []
    assert client.models() == ["test-model"]


@pytest.mark.parametrize("kind", [Ollama, LMStudio, LlamaCpp, VLLM, Jan])
def test_a_named_provider_asks_its_own_port_whatever_the_environment_says(
    kind, bare_client, server, monkeypatch
):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-local-servers")
    monkeypatch.setattr(kind, "server", LocalServer(kind.server.name, server.port))
    bare_client.provider = kind()
    assert bare_client.text(model=None) == "You said: hello"
    assert "Authorization" not in server.requests[0].headers
    bare_client.text(settings={"api_key": "sk-for-the-local-one"})
    assert server.requests[1].headers["Authorization"] == "Bearer sk-for-the-local-one"


def test_the_usual_ports():
    usual = {kind: kind.server.port for kind in (Ollama, LMStudio, LlamaCpp, VLLM, Jan)}
    assert list(usual.values()) == [11434, 1234, 8080, 8000, 1337]


def test_ollama_s_hint_is_its_own_command(bare_client, server, monkeypatch):
    monkeypatch.setattr(Ollama, "server", LocalServer("Ollama", server.port))
    bare_client.provider = Ollama()
    server.models = ()
    server.script([fail(404, "model not found")])
    assert "ollama pull" in bare_client.error(model="llama9").hint
