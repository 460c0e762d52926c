"""`understudy serve` as a process: it starts, says where, serves, logs, and stops."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from understudy.testing.model_server import hang, say
from understudy.testing.server import KEY

SECRET = "the-secret-content"


def test_the_official_client_creates_and_reads_an_assistant(client):
    made = client.beta.assistants.create(model="m", name="Poet")
    assert client.beta.assistants.retrieve(made.id) == made


def test_it_accepts_connections_as_soon_as_it_says_so(start_server):
    server = start_server()
    with socket.create_connection(("127.0.0.1", server.port), timeout=60):
        pass
    assert server.get("//health").json() == {"status": "ok"}
    assert any("understudy key" in line for line in server.said)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_seconds_and_ends_open_streams(start_server, model, connect, number):
    server = start_server()
    model.script([hang()])
    client = connect(server)
    assistant = client.beta.assistants.create(model="m")
    message = {"role": "user", "content": "Hi"}
    names = []

    def read():
        with client.beta.threads.create_and_run_stream(
            assistant_id=assistant.id, thread={"messages": [message]}
        ) as stream:
            names.extend(event.event for event in stream)

    reader = threading.Thread(target=read)
    reader.start()
    model.wait_for_request()
    begin = time.monotonic()
    assert server.stop(number) == 0
    assert time.monotonic() - begin < 30
    reader.join(60)
    assert names[-1] == "thread.run.cancelled"
    server.start()
    thread = server.get("/threads").json()["data"][0]["id"]
    assert server.get(f"/threads/{thread}/runs").json()["data"][0]["status"] == "cancelled"


def test_a_second_signal_ends_it_at_once(start_server):
    server = start_server()
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        # A request that never ends would hold the stop up for some seconds.
        slow.sendall(
            b"POST /v1/threads HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 9\r\nExpect: 100-continue\r\n"
            b"Authorization: Bearer %s\r\n\r\n" % KEY.encode()
        )
        assert slow.recv(100).startswith(b"HTTP/1.1 100 ")
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(OSError):  # it accepts nothing more: the first signal has come
            while True:
                socket.create_connection(("127.0.0.1", server.port), timeout=60).close()
        assert server.stop(signal.SIGTERM) == -signal.SIGTERM


def serve(root, *options, code=1):
    command = [sys.executable, "-m", "understudy", "serve", "--root", str(root), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_named(server, root):
    said = serve(root, "--port", str(server.port))
    assert f"Cannot listen on 127.0.0.1 port {server.port}: Address already in use." in said
    assert "--port 0" in said


def test_an_address_that_is_not_of_this_machine_is_named(root):
    assert "Cannot listen on 203.0.113.5" in serve(root, "--host", "203.0.113.5", "--port", "0")


def test_a_root_that_cannot_be_used_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert str(file) in serve(file, "--port", "0", code=2)
    assert str(file) in serve(file / "below", "--port", "0")


def test_the_log_tells_requests_and_no_content_query_or_key(start_server, model):
    server = start_server()
    model.script([say(SECRET)])
    assistant = server.post("/assistants", {"model": "m", "instructions": SECRET}).json()["id"]
    thread = server.post("/threads", {"metadata": {"k": SECRET}}).json()["id"]
    server.post(f"/threads/{thread}/messages", {"role": "user", "content": SECRET})
    server.post(f"/threads/{thread}/runs", {"assistant_id": assistant, "stream": True})
    server.get(f"/assistants?after={SECRET}")
    server.get("/assistants", Authorization=f"Bearer {SECRET}")
    server.get("/none%0a%1b[31mforged")
    assert server.stop() == 0
    said = "".join(server.said)
    assert SECRET not in said
    assert KEY not in said
    assert re.search(r"POST /v1/threads/thread_\w+/runs 200 [\d.]+ ms\n", said)
    assert re.search(r"GET /v1/assistants 401 [\d.]+ ms\n", said)
    assert "/v1/none%0a%1b" in said


def test_quiet_logs_no_requests(start_server):
    server = start_server("--quiet")
    server.get("/assistants")
    server.get("/nothing")
    server.stop()
    assert "/v1/assistants" not in "".join(server.said)


def test_it_is_small_and_listens_on_the_loopback_only(server):
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(server.process.pid)], capture_output=True, check=True
    )
    assert int(told.stdout) < 120 * 1024
    own = socket.gethostbyname(socket.gethostname())
    if not own.startswith("127."):
        with pytest.raises(OSError):
            socket.create_connection((own, server.port), timeout=60)
