"""Mistakes of clients: a clear answer in OpenAI's shape, never a 5xx, nothing stored."""

from __future__ import annotations

import asyncio
import json

import pytest

from understudy import Host, StoreError
from understudy.testing.model_server import call_tools, hang
from understudy_server import create_app


@pytest.fixture
def check(server):
    """Send a request that is a mistake; returns the error after looking at its shape."""

    def check(method, path, body=None, headers=None, *, status=400):
        answer = server.request(method, path, body, headers)
        assert answer.status == status, answer.body
        assert list(answer.json()) == ["error"]
        error = answer.error
        assert sorted(error) == ["code", "message", "param", "type"]
        assert error["type"] == "invalid_request_error"
        assert error["message"]
        for leak in (str(server.root), "Traceback", ".py"):
            assert leak not in answer.body.decode()
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-request-id"].startswith("req_")
        return error

    return check


@pytest.fixture
def assistant(server):
    return server.post("/assistants", {"model": "m"}).json()["id"]


@pytest.fixture
def thread(server):
    return server.post("/threads").json()["id"]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/assistants/asst_none", "GET"),
        ("/assistants/asst_none", "POST"),
        ("/assistants/asst_none", "DELETE"),
        ("/threads/thread_none", "GET"),
        ("/threads/thread_none", "POST"),
        ("/threads/thread_none", "DELETE"),
        ("/threads/thread_none/messages", "GET"),
        ("/threads/thread_none/runs", "GET"),
        ("/threads/thread_none/runs/run_none", "GET"),
        ("/threads/thread_none/runs/run_none/steps", "GET"),
        ("/threads/thread_none/runs/run_none/events", "GET"),
        ("/threads/thread_none/runs/run_none/cancel", "POST"),
        ("/files/file-none", "GET"),
        ("/files/file-none", "DELETE"),
        ("/files/file-none/content", "GET"),
    ],
)
def test_an_unknown_object_is_named(check, path, method):
    wanted = path.split("/")[2]
    body = {"metadata": {}} if method == "POST" and not path.endswith("cancel") else None
    assert wanted in check(method, path, body, status=404)["message"]


def test_objects_are_only_reachable_through_their_own_thread(server, check, thread):
    message = server.post(f"/threads/{thread}/messages", {"role": "user", "content": "Hi"}).json()
    other = server.post("/threads").json()["id"]
    error = check("GET", f"/threads/{other}/messages/{message['id']}", status=404)
    assert message["id"] in error["message"]


@pytest.mark.parametrize(
    "made_up", ["undefined", "null", "..", "%2e%2e", "a%00b", "%ff", "x" * 4000]
)
def test_an_id_of_the_wrong_kind_is_unknown(check, made_up):
    for kind in ("assistants", "threads", "files"):
        check("GET", f"/{kind}/{made_up}", status=404)


@pytest.mark.parametrize(
    "path", ["/nothing", "/assistants/a/b/c", "//", "//v2/threads", "/threads/"]
)
def test_an_unknown_path_is_404(check, path):
    assert "Invalid URL" in check("GET", path, status=404)["message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "PROPFIND"])
def test_a_method_that_a_path_does_not_have_is_405(server, check, method):
    assert "GET, HEAD, POST" in check(method, "/assistants", status=405)["message"]
    assert server.request(method, "/assistants").headers["allow"] == "GET, HEAD, POST"


def test_head_has_the_headers_of_get_and_no_body(server):
    got, head = server.get("/assistants"), server.request("HEAD", "/assistants")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "model", "missing_required_parameter"),
        ({"model": "m", "colour": "red"}, "colour", "unknown_parameter"),
        ({"model": "m", "name": "x" * 257}, "name", "string_above_max_length"),
        ({"model": "m", "description": "x" * 513}, "description", "string_above_max_length"),
        ({"model": "m", "instructions": "x" * 256_001}, "instructions", "string_above_max_length"),
        ({"model": "m", "temperature": 2.1}, "temperature", "integer_above_max_value"),
        ({"model": "m", "top_p": -0.1}, "top_p", "integer_below_min_value"),
        ({"model": "m", "metadata": {"k" * 65: "v"}}, None, None),
        ({"model": "m", "metadata": {"k": "v" * 513}}, "metadata.k", None),
        ({"model": "m", "metadata": {"k": 1}}, "metadata.k", None),
        ({"model": "m", "metadata": {str(n): "" for n in range(17)}}, "metadata", None),
        ({"model": "m", "tools": "code"}, "tools", None),
        ({"model": "m", "tools": [{"type": "function"}]}, "tools.0", None),
        ({"model": "m", "tools": [{"type": "function", "function": {"name": "a b"}}]}, None, None),
        ({"model": 5}, "model", None),
        ({"model": None}, "model", None),
    ],
)
def test_a_wrong_field_is_named(server, check, body, param, code):
    before = server.get("/assistants?limit=100").json()["data"]
    error = check("POST", "/assistants", body)
    assert error["param"] == param or (param is None and error["param"])
    assert code is None or error["code"] == code
    assert server.get("/assistants?limit=100").json()["data"] == before


def test_limits_count_characters_and_not_bytes(server):
    made = server.post(
        "/assistants", {"model": "m", "name": "é" * 256, "metadata": {"ü" * 64: "🎈" * 512}}
    )
    assert made.status == 200
    assert made.json()["metadata"] == {"ü" * 64: "🎈" * 512}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"model": NaN}',
        b'{"model": "m", "temperature": Infinity}',
        b'{"model": "m", "tool_resources": {"a": 1e999}}',
        b'{"model": "m", "tool_resources": {"a": ' + b"9" * 5000 + b"}}",
        b'{"model": "\xff"}',
        '{"model": "m"}'.encode("utf-16"),
        rb'{"model": "m", "name": "\ud800"}',
        rb'{"model": "m", "metadata": {"\udc00": "v"}}',
        b'{"model": "m", "tool_resources": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
        b'{"model": "m", "tool_resources": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'["model"]',
        b"null",
        b"5",
        b'"model"',
    ],
)
def test_a_body_that_is_no_json_object_is_refused(server, check, body):
    check("POST", "/assistants", body)
    check("POST", "/threads", body or b" ")
    assert server.get("//health").status == 200


def test_of_a_key_that_is_there_twice_the_last_counts(server):
    assert server.post("/assistants", b'{"model": "a", "model": "b"}').json()["model"] == "b"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"]
)
def test_a_body_of_another_type_is_refused(check, kind):
    headers = {"Content-Type": kind or None}
    assert (
        "application/json"
        in check("POST", "/assistants", {"model": "m"}, headers, status=415)["message"]
    )


def test_a_charset_and_chunks_are_fine(server):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    pieces = iter([b'{"mod', b'el": ', b'"m"}'])
    assert server.request("POST", "/assistants", pieces, headers).json()["model"] == "m"


@pytest.mark.parametrize(
    "content",
    ["", [], None, 5, [{"type": "text", "text": ""}], [{"type": "smell"}], [5], "x" * 256_001],
)
def test_a_message_without_content_is_refused(server, check, thread, content):
    check("POST", f"/threads/{thread}/messages", {"role": "user", "content": content})
    assert server.get(f"/threads/{thread}/messages").json()["data"] == []


def test_a_second_run_on_a_busy_thread_leaves_nothing_behind(server, check, thread, assistant):
    server.model.script([hang()])
    server.post(f"/threads/{thread}/messages", {"role": "user", "content": "Hi"})
    run = server.post(f"/threads/{thread}/runs", {"assistant_id": assistant}).json()["id"]
    more = [{"role": "user", "content": "More"}]
    again = {"assistant_id": assistant, "additional_messages": more}
    busy = f"Thread {thread} already has an active run {run}."
    assert check("POST", f"/threads/{thread}/runs", again)["message"] == busy
    said = check("POST", f"/threads/{thread}/messages", {"role": "user", "content": "x"})["message"]
    assert said == f"Can't add messages to {thread} while a run {run} is active."
    assert len(server.get(f"/threads/{thread}/messages").json()["data"]) == 1
    assert server.post(f"/threads/{thread}/runs/{run}/cancel").status == 200


def test_outputs_are_taken_only_by_a_run_that_waits_for_exactly_these(
    server, client, check, thread
):
    tool = {"type": "function", "function": {"name": "weather"}}
    asked = server.post("/assistants", {"model": "m", "tools": [tool]}).json()["id"]
    server.post(f"/threads/{thread}/messages", {"role": "user", "content": "Hi"})
    server.model.script([call_tools([("weather", {})])])
    run = client.beta.threads.runs.create_and_poll(
        thread_id=thread, assistant_id=asked, poll_interval_ms=20
    )
    call = run.required_action.submit_tool_outputs.tool_calls[0].id
    path = f"/threads/{thread}/runs/{run.id}/submit_tool_outputs"
    good = {"tool_call_id": call, "output": "Sunny"}
    for wrong in ([], [{"tool_call_id": "call_x", "output": ""}], [good, good]):
        error = check("POST", path, {"tool_outputs": wrong})
        assert call in error["message"] or "twice" in error["message"]
    assert server.get(f"/threads/{thread}/runs/{run.id}").json()["status"] == "requires_action"
    assert server.post(path, {"tool_outputs": [good]}).status == 200
    done = client.beta.threads.runs.poll(run.id, thread_id=thread, poll_interval_ms=20)
    assert done.status == "completed"
    late = check("POST", path, {"tool_outputs": [good]})["message"]
    assert late == 'Runs in status "completed" do not accept tool outputs.'
    cancelled = check("POST", f"/threads/{thread}/runs/{run.id}/cancel")["message"]
    assert cancelled == "Cannot cancel run with status 'completed'."


def test_a_deleted_assistant_starts_no_run(server, check, thread, assistant):
    gone = {"id": assistant, "object": "assistant.deleted", "deleted": True}
    assert server.delete(f"/assistants/{assistant}").json() == gone
    body = {"assistant_id": assistant, "additional_messages": [{"role": "user", "content": "x"}]}
    assert assistant in check("POST", f"/threads/{thread}/runs", body, status=404)["message"]
    assert server.get(f"/threads/{thread}/messages").json()["data"] == []


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (
            RuntimeError("/secret/path"),
            500,
            "The server had an error while processing your request.",
        ),
        (StoreError("/secret/path", kind="full"), 507, "The disk is full."),
        (StoreError("/secret/path", kind="readonly"), 500, "The store cannot be used now."),
    ],
)
def test_a_failure_of_our_own_is_logged_once_and_hidden(root, caplog, error, status, message):
    sent = []

    async def send(event):
        sent.append(event)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def fail(**_):
        raise error

    async def ask():
        async with Host(root, store="memory") as host:
            host.threads.page = fail
            headers = [(b"host", b"localhost"), (b"authorization", b"Bearer k")]
            scope = {"type": "http", "method": "GET", "path": "/v1/threads", "headers": headers}
            await create_app(host, keys=["k"])({**scope, "query_string": b""}, receive, send)

    asyncio.run(ask())
    body = json.loads(sent[1]["body"])["error"]
    assert (sent[0]["status"], body["type"], body["message"]) == (status, "server_error", message)
    [record] = caplog.records
    assert record.exc_info[1] is error
