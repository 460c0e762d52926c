"""What the kernel was asked for before each answer left: written, then synced, then sent."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess

import pytest

from understudy.testing.model_server import ModelServer, say
from understudy.testing.server import Server

from .trace import TRACED, Book

WORDS = "Forty-two words of an answer."


def upload(server):
    parts = [
        '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n',
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n',
        "x" * 200_000 + "\r\n--b--\r\n",
    ]
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    return server.request("POST", "/files", "".join(parts).encode(), kind)


def use(server):
    """Every kind of write, one after the other."""
    assistant = server.post("/assistants", {"model": "m", "name": "A"}).json()["id"]
    yield server.post(f"/assistants/{assistant}", {"name": "B"})
    answer = server.post("/threads", {"messages": [{"role": "user", "content": "Hi"}]})
    yield answer
    thread = answer.json()["id"]
    yield server.post(f"/threads/{thread}", {"metadata": {"k": "v"}})
    for text in ("one", "two"):
        message = server.post(f"/threads/{thread}/messages", {"role": "user", "content": text})
        yield message
    path = f"/threads/{thread}/messages/{message.json()['id']}"
    yield server.post(path, {"metadata": {"k": "v"}})
    yield server.delete(path)
    file = upload(server)
    yield file
    yield server.delete(f"/files/{file.json()['id']}")
    yield server.post("/vector_stores", {"name": "v"})
    yield server.post(f"/threads/{thread}/runs", {"assistant_id": assistant, "stream": True})
    yield server.delete(f"/threads/{thread}")
    yield server.delete(f"/assistants/{assistant}")


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """What a real server sent, with what was not on the disk when it did."""
    folder = tmp_path_factory.mktemp("audit")
    root, calls = folder / "root", folder / "calls"
    strace = ["strace", "-f", "-qq", "-y", "-s", "3000", "-e", TRACED, "-o", str(calls)]
    if shutil.which("strace") is None or subprocess.call([*strace, "true"]):
        pytest.skip("needs strace")
    with ModelServer() as model, Server(root, "--quiet", model=model, under=strace) as server:
        model.script([say(WORDS)])
        assert [answer.status for answer in use(server)] == [200] * 13
        os.killpg(server.process.pid, signal.SIGTERM)
        server.process.wait(60)
    return list(Book(str(root)).sent(calls.read_text(errors="replace").splitlines()))


def answers(sent):
    """The heads of what was sent to our client: the rest goes to the model."""
    return [each for each in sent if "HTTP/1.1 " in each.text]


def test_nothing_is_answered_before_it_is_on_the_disk(sent):
    found = answers(sent)
    assert len(found) >= 14
    assert all("HTTP/1.1 200" in each.text for each in found)
    [stream] = [n for n, each in enumerate(found) if "text/event-stream" in each.text]
    assert not [each for each in found[: stream + 1] if each.debts]
    assert not [each for each in found[stream + 1 :] if set(map(is_view, each.debts)) - {True}]


def is_view(path):
    """run.json and its name: what it says is in the journal, from which it is made again."""
    return path.endswith("/run.json") or os.path.basename(path).startswith("run_")


def test_a_run_has_ended_for_its_clients_when_its_end_is_on_the_disk(sent):
    [end] = [each for each in sent if "event: thread.run.completed" in each.text]
    assert all(map(is_view, end.debts)), end.debts


def test_what_a_run_says_is_seen_as_it_comes(sent):
    """The words are not held back for the disk: only states are."""
    [word] = [n for n, each in enumerate(sent) if "thread.message.delta" in each.text][:1]
    [end] = [n for n, each in enumerate(sent) if "event: thread.run.completed" in each.text]
    assert word < end


def test_the_book_finds_an_answer_that_was_too_early():
    """The audit itself: a trace in which the sync comes after the answer."""
    lines = [
        '7 write(3</r/a.jsonl>, "x", 1) = 1',
        "8 fsync(3</r/a.jsonl> <unfinished ...>",
        '7 write(4<socket:[1]>, "HTTP/1.1 200", 12) = 12',
        "8 <... fsync resumed>) = 0",
        '7 mkdir("/r/t", 0777) = 0',
        '7 write(4<socket:[1]>, "HTTP/1.1 200", 12) = 12',
        "7 fsync(5</r>) = 0",
        '7 sendto(4<TCP:[1]>, "HTTP/1.1 200", 12, 0, NULL, 0) = 12',
    ]
    assert [each.debts for each in Book("/r").sent(lines)] == [{"/r/a.jsonl"}, {"/r"}, set()]
