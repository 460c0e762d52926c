"""A clock that goes back by a day, or ahead by a year, while a server runs."""

from __future__ import annotations

import os

import pytest

from understudy.testing.model_server import ModelServer, say
from understudy.testing.server import Server

# Python imports this by itself at the start; the offset is read anew at each look at the clock.
SITE = """
import os, time
_time, _time_ns = time.time, time.time_ns
def _offset():
    with open(os.environ["CLOCK"]) as file:
        return int(file.read() or 0)
time.time = lambda: _time() + _offset()
time.time_ns = lambda: _time_ns() + _offset() * 10**9
"""
DAY = 86_400


@pytest.fixture
def clock(tmp_path):
    """Set the server's clock, in seconds from the true time."""
    file = tmp_path / "clock"
    file.write_text("0")

    def put(seconds):
        new = file.with_name("new")
        new.write_text(str(seconds))
        os.replace(new, file)

    put.file = file
    return put


@pytest.fixture
def server(tmp_path, clock):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITE)
    env = {"PYTHONPATH": str(site), "CLOCK": str(clock.file)}
    with ModelServer() as model, Server(tmp_path / "root", model=model, env=env) as server:
        yield server


@pytest.mark.parametrize("jump", [-DAY, 365 * DAY])
def test_a_clock_that_jumps_loses_and_overwrites_nothing(server, clock, jump):
    assistant = server.post("/assistants", {"model": "m"}).json()["id"]
    thread = server.post("/threads").json()["id"]
    said = []

    def use():
        body = {"role": "user", "content": f"Message {len(said)}"}
        said.append(server.post(f"/threads/{thread}/messages", body).json())
        changed = server.post(f"/threads/{thread}", {"metadata": {"n": str(len(said))}})
        assert changed.json()["metadata"] == {"n": str(len(said))}
        assert server.get(f"/threads/{thread}").json() == changed.json()
        return server.post("/threads").json()["id"]

    made = [use()]
    before = said[0]["created_at"]
    clock(jump)
    made += [use(), use()]
    assert abs(said[-1]["created_at"] - before - jump) < 300
    clock(0)
    made.append(use())
    listed = server.get(f"/threads/{thread}/messages?order=asc").json()["data"]
    assert [item["id"] for item in listed] == [item["id"] for item in said]
    assert {item["id"] for item in server.get("/threads").json()["data"]} == {thread, *made}
    server.model.script([say("Still here.")])
    clock(jump)
    run = server.post(f"/threads/{thread}/runs", {"assistant_id": assistant, "stream": True})
    assert b"thread.run.completed" in run.body


def test_what_was_written_before_the_jump_is_there_for_the_next_process(server, clock):
    clock(-DAY)
    thread = server.post("/threads", {"metadata": {"n": "1"}}).json()
    clock(-2 * DAY)
    changed = server.post(f"/threads/{thread['id']}", {"metadata": {"n": "2"}}).json()
    server.kill()
    clock(-3 * DAY)
    server.start()
    assert server.get(f"/threads/{thread['id']}").json() == changed
    assert [item["id"] for item in server.get("/threads").json()["data"]] == [thread["id"]]
