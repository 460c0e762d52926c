"""Too much, too little, not HTTP at all: the server refuses it and lives on."""

from __future__ import annotations

import json
import socket

import pytest

from understudy.testing.server import KEY

HEAD = f"POST /v1/threads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
JSON = "Content-Type: application/json\r\n"
TOO_MUCH = 33 * 2**20


def send(server, data):
    """Send bytes, and no more; all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=90) as connection:
        connection.sendall(data.encode() if isinstance(data, str) else data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def error_of(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]


def alive(server):
    return server.get("//health").status == 200


def test_a_body_that_says_it_is_too_large_is_refused_unread(server):
    status, error = error_of(send(server, f"{HEAD}{JSON}Content-Length: {TOO_MUCH}\r\n\r\n"))
    assert (status, error["code"]) == (413, "request_too_large")
    assert "32 MB" in error["message"]
    assert alive(server)


def test_a_client_that_asks_before_it_sends_learns_it_in_time(server):
    expect = f"{HEAD}{JSON}Content-Length: {TOO_MUCH}\r\nExpect: 100-continue\r\n\r\n"
    assert send(server, expect).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_chunks_is_cut_off_at_the_limit(server):
    size = 2**20
    sent = 0

    def pieces():
        nonlocal sent
        for _ in range(200):
            sent += size
            yield b" " * size

    try:
        answer = server.request("POST", "/threads", pieces())
    except ConnectionError:  # the server closed while the client was still sending
        pass
    else:
        assert answer.status == 413
    assert sent < 200 * size
    assert alive(server)


@pytest.mark.parametrize(
    "data",
    [
        "GARBAGE\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        f"{HEAD}{JSON}Content-Length: ten\r\n\r\n{{}}",
        f"{HEAD}{JSON}Content-Length: -1\r\n\r\n{{}}",
        f"{HEAD}{JSON}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}",
        f"{HEAD}{JSON}Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /v1/thr\u00e9ads HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_what_is_not_http_is_answered_in_the_shape_of_errors(server, data):
    status, error = error_of(send(server, data))
    assert status == 400
    assert error["type"] == "invalid_request_error"
    assert alive(server)


def test_a_client_that_leaves_in_the_middle_of_a_request_is_no_error(start_server):
    server = start_server()
    for data in (
        f"{HEAD}{JSON}Content-Length: 100\r\n\r\n{{}}",
        f"{HEAD}{JSON}Transfer-Encoding: chunked\r\n\r\n5\r\n{{",
        HEAD,
    ):
        assert not send(server, data).startswith(b"HTTP/1.1 5")
    assert server.get("/threads").json()["data"] == []
    assert server.stop() == 0
    assert not any("Traceback" in line or "ERROR" in line for line in server.said)


def test_a_body_that_is_longer_than_it_says_does_no_harm(server):
    answer = send(server, f"{HEAD}{JSON}Content-Length: 2\r\n\r\n{{}}XYZ\r\n\r\n")
    assert answer.count(b"HTTP/1.1 400 ") == 1
    assert alive(server)


def test_a_host_header_is_asked_for(server):
    assert send(server, f"GET /health HTTP/1.0\r\nAuthorization: Bearer {KEY}\r\n\r\n").startswith(
        b"HTTP/1.1 403 "
    )


def test_a_large_text_is_stored_whole(server):
    thread = server.post("/threads").json()["id"]
    text = "é" * 256_000
    made = server.post(f"/threads/{thread}/messages", {"role": "user", "content": text})
    assert made.json()["content"][0]["text"]["value"] == text
