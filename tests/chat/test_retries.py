"""What is tried again, how often, and what never is."""

import socket
import threading
import time

import pytest

from understudy.testing.model_server import ModelServer, cut, fail, say

AT_ONCE = {"Retry-After": "0"}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_a_passing_failure_is_tried_again(server, client, status):
    server.script([fail(status, headers=AT_ONCE), fail(status, headers=AT_ONCE), say("at last")])
    assert client.text() == "at last"
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_a_lasting_failure_is_not(server, client, status):
    server.script([fail(status, headers=AT_ONCE)])
    client.error()
    assert len(server.requests) == 1


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_the_settings_say_how_often(server, client, retries):
    server.script([fail(503, f"number {n}", AT_ONCE) for n in range(10)])
    error = client.error(settings={"max_retries": retries})
    assert len(server.requests) == retries + 1
    assert f"number {retries}" in str(error)


def test_a_server_may_forbid_another_try(server, client):
    server.script([fail(429, headers={**AT_ONCE, "x-should-retry": "false"})])
    client.error()
    assert len(server.requests) == 1


@pytest.mark.parametrize("headers", [{"Retry-After": "1"}, {"Retry-After-Ms": "1000"}])
def test_the_wait_that_the_server_asks_for_is_kept(server, client, headers):
    server.script([fail(429, headers=headers), say("now")])
    before = time.monotonic()
    assert client.text() == "now"
    assert time.monotonic() - before >= 1.0


@pytest.mark.parametrize("date", ["Wed, 21 Oct 2015 07:28:00 GMT", "soon", ""])
def test_a_date_in_the_past_and_nonsense_do_not_hinder(server, client, date):
    server.script([fail(429, headers={"Retry-After": date}), say("now")])
    assert client.text() == "now"


def test_a_connection_that_is_dropped_without_an_answer_is_tried_again(server, client):
    server.script([cut(after=None), say("at last")])
    assert client.text() == "at last"


def test_an_answer_that_has_begun_is_not(server, client):
    server.script([cut(after=1)])
    assert client.error().kind == "broken"
    assert len(server.requests) == 1


def test_a_server_that_starts_late_is_met(bare_client):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    started = threading.Event()

    def serve():
        with ModelServer(port=port):
            started.wait()

    late = threading.Timer(0.1, serve)
    late.start()
    try:
        settings = {"base_url": f"http://127.0.0.1:{port}/v1", "max_retries": 6}
        assert bare_client.text(settings=settings) == "You said: hello"
    finally:
        started.set()
        late.join()
