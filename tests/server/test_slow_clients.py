"""Clients that send little, or without end: the server cuts them and serves the others."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager

import pytest

from understudy.testing.model_server import ModelServer, say
from understudy.testing.server import KEY, Server

WINDOW = "0.2"
GET = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n"
POST = f"POST /v1/threads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
JSON = f"{POST}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{"
UPLOAD = (
    f"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
    "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\n"
)


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    with ModelServer() as model, Server(root, "--read-timeout", WINDOW, model=model) as server:
        yield server


@contextmanager
def connected(server, begin):
    with socket.create_connection(("127.0.0.1", server.port), timeout=90) as connection:
        connection.sendall(begin.encode())
        yield connection


def rest(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


def error_of(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]


@pytest.mark.parametrize("begin", [GET, JSON, UPLOAD])
def test_a_client_that_stops_in_the_middle_is_cut(impatient, begin):
    with connected(impatient, begin) as connection:
        status, error = error_of(rest(connection))
    assert (status, error["type"]) == (400, "invalid_request_error")
    assert "too slowly" in error["message"]
    assert impatient.get("/models").status == 200


def test_a_client_that_says_nothing_is_cut(impatient):
    with connected(impatient, "") as connection:
        assert error_of(rest(connection))[0] == 400


@pytest.mark.parametrize("begin", [GET + "X: ", JSON, UPLOAD])
def test_a_client_that_sends_a_byte_now_and_then_is_cut(impatient, begin):
    answer = b""
    with connected(impatient, begin) as connection:
        connection.settimeout(0.05)  # so long it listens before it sends the next byte
        for _ in range(400):
            try:
                answer = connection.recv(65536)
                break
            except TimeoutError:
                connection.sendall(b"a")
    assert error_of(answer)[0] == 400


def test_one_that_is_slow_and_steady_is_served(impatient):
    body = json.dumps({"metadata": {"k": "v"}}).encode()
    size = 20 * 2048
    head = f"{POST}Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    padded = body + b" " * (size - len(body))
    with connected(impatient, head) as connection:
        connection.settimeout(0.04)
        for at in range(0, size - 2048, 2048):
            connection.sendall(padded[at : at + 2048])
            with pytest.raises(TimeoutError):  # no answer yet
                connection.recv(1)
        connection.settimeout(20)
        connection.sendall(padded[size - 2048 :])
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_an_answer_may_take_as_long_as_it_takes(impatient, connect):
    gate = threading.Event()
    impatient.model.script([say(chunks=["One ", gate, "two."])])
    client = connect(impatient)
    stream = client.chat.completions.create(
        model="jan", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    pieces = iter(stream)
    said = [next(pieces).choices[0].delta.content for _ in range(2)]
    for _ in range(2):  # so long takes the patience with somebody else
        with connected(impatient, "") as connection:
            rest(connection)
    gate.set()
    said += [piece.choices[0].delta.content or "" for piece in pieces]
    assert "".join(said) == "One two."


def test_headers_without_end_are_refused(server):
    head = GET + "".join(f"X-{n}: {'x' * 1000}\r\n" for n in range(80))
    with connected(server, head) as connection:
        status, error = error_of(rest(connection))
    assert (status, error["type"]) == (431, "invalid_request_error")
