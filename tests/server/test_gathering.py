"""What goes out at once: answers come whole, in order, however large they are."""

from __future__ import annotations

import os
import socket

from understudy.testing.server import KEY

GET = f"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"


def lengths(answers):
    """The lengths that heads promise, and what stands behind each."""
    while answers:
        head, _, rest = answers.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        [length] = [int(line[15:]) for line in lines if line.startswith(b"content-length")]
        yield length, len(rest[:length])
        answers = rest[length:]


def test_a_head_and_its_body_come_in_one_piece(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for _ in range(20):
            connection.sendall(f"{GET}\r\n".encode())
            [(promised, came)] = lengths(connection.recv(65536))
            assert promised == came > 0


def test_what_was_written_goes_out_before_the_connection_is_closed(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"{GET}\r\n{GET}Connection: close\r\n\r\n".encode())
        answers = b"".join(iter(lambda: connection.recv(65536), b""))
    assert [promised == came > 0 for promised, came in lengths(answers)] == [True, True]


def test_more_than_is_gathered_comes_whole(server, connect):
    content = os.urandom(3 * 2**20)
    client = connect(server)
    file = client.files.create(file=("noise.bin", content), purpose="assistants")
    assert client.files.content(file.id).read() == content
