"""A disk that is really full: said, nothing lost, and written again when there is space."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest

from understudy.testing.model_server import ModelServer, say
from understudy.testing.server import Server

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
OVER = ("completed", "failed", "cancelled", "incomplete", "expired")
SIZE = "8m"


@pytest.fixture
def small(tmp_path):
    """A server whose data root is a file system of a few megabytes."""
    if shutil.which("unshare") is None or subprocess.call([*NAMESPACE, "true"]):
        pytest.skip("needs a mount namespace")
    root = tmp_path / "root"
    root.mkdir()
    mount = f'mount -t tmpfs -o size={SIZE} none {root} && exec "$0" "$@"'
    under = [*NAMESPACE, "sh", "-c", mount]
    with ModelServer() as model, Server(root, "--quiet", model=model, under=under) as server:
        yield server


def message(server, thread, text):
    return server.post(f"/threads/{thread}/messages", {"role": "user", "content": text})


def fill(server, thread):
    """Write until it is full; the ids of what was acknowledged."""
    ids = []
    for size in (200_000, 20_000, 500):
        while (answer := message(server, thread, "x" * size)).status == 200:
            ids.append(answer.json()["id"])
        assert answer.status == 507
    return ids, answer


def take_space(server, thread):
    """Two megabytes, to be freed again."""
    for _ in range(8):
        assert message(server, thread, "y" * 250_000).status == 200


def upload(server, size):
    head = '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n--b\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    return server.request("POST", "/files", (head + "x" * size + "\r\n--b--\r\n").encode(), kind)


def test_a_full_disk_is_an_error_that_loses_nothing_and_needs_no_restart(small):
    assistant = small.post("/assistants", {"model": "m", "name": "A"}).json()
    spare, thread, other = (small.post("/threads").json()["id"] for _ in range(3))
    take_space(small, spare)
    ids, refusal = fill(small, thread)
    assert refusal.error == {
        "message": "The disk is full.",
        "type": "server_error",
        "param": None,
        "code": None,
    }
    refused = [
        small.post(f"/assistants/{assistant['id']}", {"instructions": "z" * 100_000}),
        small.post("/threads", {"messages": [{"role": "user", "content": "x" * 100_000}]}),
        small.post(f"/threads/{thread}/runs", {"assistant_id": assistant["id"]}),
        upload(small, 2_000_000),
    ]
    assert [answer.status for answer in refused] == [507] * 4
    # what was there is there
    listed = small.get(f"/threads/{thread}/messages?order=asc&limit=100").json()["data"]
    assert [item["id"] for item in listed] == ids[:100]
    assert small.get(f"/assistants/{assistant['id']}").json() == assistant
    assert small.get("/files").json()["data"] == []
    assert {item["id"] for item in small.get("/threads").json()["data"]} == {spare, thread, other}
    # and with space, it goes on
    assert small.delete(f"/threads/{spare}").status == 200
    assert message(small, thread, "once more").status == 200
    small.model.script([say("Here I am.")])
    assert message(small, other, "Hi").status == 200
    run = small.post(f"/threads/{other}/runs", {"assistant_id": assistant["id"], "stream": True})
    assert b"thread.run.completed" in run.body


def test_a_run_whose_disk_fills_up_ends_once_there_is_space(small):
    assistant = small.post("/assistants", {"model": "m"}).json()["id"]
    spare, thread, running = (small.post("/threads").json()["id"] for _ in range(3))
    take_space(small, spare)
    assert message(small, running, "Hi").status == 200
    small.model.script([say("x" * 6_500_000), say("short")])
    path = f"/threads/{running}/runs"
    run = small.post(path, {"assistant_id": assistant, "stream": True})
    assert b"event: thread.run.completed" not in run.body
    assert message(small, thread, "x" * 100_000).status in (200, 507)
    assert small.delete(f"/threads/{spare}").status == 200
    deadline = time.monotonic() + 90
    while (stored := small.get(path).json()["data"][0])["status"] not in OVER:
        assert time.monotonic() < deadline, stored
    assert message(small, running, "again").status == 200
