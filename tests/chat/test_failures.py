"""Every failure says what, where, and what to do next; none of them shows a key."""

import asyncio
import json
import socket
import struct
import threading
import traceback
from contextlib import aclosing

import pytest

from understudy.testing.model_server import Answer, ModelServer, cut, fail, garbage, hang, raw, say
from understudy_chat import Ollama

KEY = "sk-very-secret-0123456789"


@pytest.fixture
def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "refused"),
        (401, "auth"),
        (403, "auth"),
        (404, "not_found"),
        (408, "timeout"),
        (409, "refused"),
        (413, "refused"),
        (422, "refused"),
        (429, "rate_limit"),
        (500, "server"),
        (503, "server"),
    ],
)
def test_a_status_becomes_a_kind_and_keeps_the_server_s_words(server, client, status, kind):
    server.script([fail(status, "the server's own words")])
    error = client.error(settings={"max_retries": 0})
    assert (error.kind, error.status) == (kind, status)
    assert "the server's own words" in str(error)
    assert server.base_url in str(error)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "no room"}}',
        b'{"error": "no room"}',
        b'{"detail": "no room"}',
        b'{"message": "no room", "object": "error"}',
        b"no\nroom",
    ],
)
def test_the_server_s_words_are_found_in_whatever_form(server, client, body):
    server.script([raw(body, status=400, content_type="application/json")])
    assert str(client.error()).endswith("(400): no room")


def test_a_page_instead_of_an_error_is_not_quoted(server, client):
    server.script([raw(b"<html>Bad gateway</html>", status=502, content_type="text/html")])
    error = client.error(settings={"max_retries": 0})
    assert str(error) == f"{server.base_url}: the server failed (502)."


def test_long_words_of_the_server_are_cut(server, client):
    server.script([fail(400, "x" * 100_000)])
    assert len(str(client.error())) < 500


def test_an_unknown_model_is_named_beside_those_there_are(client, server):
    server.models = ("llama3.2", "qwen3", "nomic-embed-text")
    server.script([fail(404, "no such model")])
    error = client.error(model="gpt-9")
    assert "`gpt-9`" in str(error)
    assert "`llama3.2`, `qwen3`" in error.hint
    assert "embed" not in error.hint


def test_an_unknown_model_may_come_with_another_status(server, client):
    server.script([fail(400, {"error": {"message": "nope", "code": "model_not_found"}})])
    assert client.error().kind == "not_found"


def test_where_nothing_lists_models_the_address_is_doubted(client, server):
    server.script([fail(404)])
    error = client.error(settings={"base_url": f"{server.base_url}/wrong"})
    assert error.kind == "not_found"
    assert "`base_url`" in error.hint
    assert "/v1" in error.hint


def test_a_wait_that_the_server_asks_for_is_told(server, client):
    server.script([fail(429, "slow down", {"Retry-After": "3600"})])
    error = client.error()
    assert error.hint == "Try again in 3600 seconds."
    assert len(server.requests) == 1


def test_a_key_that_is_missing_and_one_that_is_wrong(bare_client):
    with ModelServer(api_key=KEY) as server:
        missing = bare_client.error(settings={"base_url": server.base_url})
        wrong = bare_client.error(settings={"base_url": server.base_url, "api_key": "sk-wrong-key"})
        right = bare_client.text(settings={"base_url": server.base_url, "api_key": KEY})
    assert (missing.kind, wrong.kind, right) == ("auth", "auth", "You said: hello")
    assert "is needed" in str(missing)
    assert "was not accepted" in str(wrong)
    assert '"api_key": {"$env": "NAME"}' in missing.hint


@pytest.mark.parametrize(
    "answer",
    [
        fail(401, f"Incorrect API key provided: {KEY}"),
        fail(400, {"error": {"detail": {"key": KEY}}}),
        raw(f"data: {{{KEY}\n\n".encode()),
        raw(f'data: {{"error": "bad key {KEY}"}}\n\n'.encode()),
        raw(f"event: error\ndata: {KEY}\n\n".encode()),
    ],
)
def test_no_error_shows_the_key_that_a_server_repeats(server, client, answer):
    server.script([answer])
    error = client.error(settings={"api_key": KEY})
    shown = "".join([*traceback.format_exception(error), str(error.hint)])
    assert KEY not in shown
    assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_key_that_is_not_ours_is_hidden_too(server, client):
    server.script([fail(401, "Incorrect API key provided: sk-proj-aBcDeFgH12345")])
    assert "aBcDeFgH" not in str(client.error())


def test_nobody_listens_at_a_configured_address(bare_client, free_port):
    address = f"http://127.0.0.1:{free_port}/v1"
    error = bare_client.error(settings={"base_url": address, "max_retries": 0})
    assert error.kind == "unreachable"
    assert str(error) == f"nothing answers at {address}: Connection refused."
    assert "`base_url` in model.json" in error.hint


def test_the_hint_names_the_variable_that_the_address_came_from(
    bare_client, free_port, monkeypatch
):
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free_port}")
    error = bare_client.error(settings={"max_retries": 0})
    assert "OPENAI_BASE_URL" in error.hint


@pytest.mark.parametrize("host", ["nowhere.invalid", "1.2.3.999"])
def test_a_name_that_does_not_resolve(bare_client, host):
    error = bare_client.error(settings={"base_url": f"http://{host}/v1", "max_retries": 0})
    assert error.kind == "unreachable"
    assert host in str(error)


def test_nothing_configured_and_nothing_found_tells_a_newcomer_what_to_do(bare_client):
    error = bare_client.error()
    assert error.kind == "unreachable"
    for word in ("ollama pull", "OPENAI_API_KEY", "OPENAI_BASE_URL", "math-tutor", "librarian"):
        assert word in error.hint


def test_a_named_server_that_does_not_run_is_named(bare_client, free_port, monkeypatch):
    class Elsewhere(Ollama):
        server = Ollama.server.__class__("Ollama", free_port)

    bare_client.provider = Elsewhere()
    error = bare_client.error()
    assert (error.kind, "Ollama" in str(error)) == ("unreachable", True)
    assert str(free_port) in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(cut(after=0), id="cut before the first word"),
        pytest.param(cut(after=2), id="cut after two words"),
        pytest.param(garbage(), id="garbage"),
        pytest.param(say("half", finish_reason=None), id="done without a reason"),
        pytest.param(raw(b""), id="nothing at all"),
        pytest.param(raw(b"<html></html>", content_type="text/html"), id="a web page"),
        pytest.param(raw(b"[]", content_type="application/json"), id="a list"),
        pytest.param(raw(b'{"choices": 3}', content_type="application/json"), id="no choices"),
        pytest.param(raw(b"data: \xff\xfe\n\n"), id="no text"),
        pytest.param(raw(b"data: " + b"[" * 100_000 + b"\n\n"), id="a deep hole"),
    ],
)
def test_a_broken_answer_is_never_asked_for_again(server, client, answer):
    server.script([answer])
    error = client.error()
    assert error.kind == "broken"
    assert error.hint
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        ({"message": "too fast", "type": "rate_limit_error"}, "rate_limit", 429),
        ({"message": "too fast", "code": 429}, "rate_limit", 429),
        ({"message": "too long", "code": "context_length_exceeded"}, "refused", 400),
        ({"message": "out of memory"}, "server", 500),
        ("out of memory", "server", 500),
    ],
)
def test_an_error_in_the_middle_of_a_stream(server, client, error, kind, status):
    server.script([raw(f"data: {json.dumps({'error': error})}\n\n".encode())])
    caught = client.error()
    assert (caught.kind, caught.status) == (kind, status)
    assert ("too " in str(caught)) or ("out of memory" in str(caught))
    assert len(server.requests) == 1


def test_what_came_before_a_failure_was_handed_on(server, client):
    server.script([Answer(({"content": "half"}, b"event: error\ndata: boom\n\n"))])
    seen = []

    async def main():
        async with aclosing(client.stream()) as chunks:
            seen.append((await anext(chunks)).text)
            await anext(chunks)

    with pytest.raises(Exception, match="boom"):
        asyncio.run(main())
    assert seen == ["half"]


@pytest.mark.parametrize("answer", [hang(), hang(after=0), hang(after=2)])
def test_a_server_that_falls_silent(server, client, answer):
    server.script([answer])
    error = client.error(settings={"timeout": 0.2})
    assert error.kind == "timeout"
    assert "0.2 seconds" in str(error)
    assert "`timeout`" in error.hint
    assert len(server.requests) == 1


def _reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
CHUNKED = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")


@pytest.mark.parametrize(
    ("sent", "ending", "words"),
    [
        pytest.param(b"220 mail.example ESMTP\r\n", None, "does not speak HTTP", id="mail"),
        pytest.param(CHUNKED + b"6\r\ndata: ", _reset, "in the middle of", id="reset"),
        pytest.param(HEAD, None, "stopped before its end", id="nothing behind the head"),
        pytest.param(b"", _reset, "without an answer", id="reset at once"),
    ],
)
def test_a_server_of_bare_bytes(bare_client, sent, ending, words):
    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(sent)
            if ending is not None:
                ending(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        error = bare_client.error(settings={"base_url": address, "max_retries": 0})
        thread.join()
    assert error.kind == "broken"
    assert words in str(error)


def test_an_error_that_asks_for_a_model_of_a_server_without_any(server, client):
    server.models = ("nomic-embed-text",)
    error = client.error(model=None)
    assert error.kind == "not_found"
    assert "UNDERSTUDY_MODEL" in error.hint
