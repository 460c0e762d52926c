"""Damage, by a crash or by hand: mended and said, or reported and never silently dropped."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def thread(understudy, root):
    """A thread of two messages, and its log."""
    done = understudy("run", "--json", "math-tutor", "2+2")
    thread = json.loads(done.stdout)["thread_id"]
    return thread, root / "threads" / thread / "messages.jsonl"


def stored_data(understudy, code):
    done = understudy("doctor", "--json")
    assert done.returncode == code, done.stdout
    [finding] = [each for each in json.loads(done.stdout) if each["what"] == "stored data"]
    return finding


def test_a_sound_root_is_said_to_be_sound(understudy, thread):
    finding = stored_data(understudy, 0)
    assert finding["state"] == "ok"
    assert finding["text"] == "4 files, all of them readable"


def test_a_last_line_that_a_crash_cut_is_set_aside_and_said(understudy, thread):
    thread_id, log = thread
    whole = log.read_bytes()
    log.write_bytes(whole + whole[:25])
    assert "line 3 was cut off" in stored_data(understudy, 0)["text"]
    shown = understudy("show", thread_id)
    assert shown.returncode == 0
    assert "ended in the middle of a record" in shown.stderr
    assert log.read_bytes() == whole
    assert log.with_name("messages.jsonl.torn-1").read_bytes() == whole[:25]
    finding = stored_data(understudy, 0)
    assert finding["state"] == "warning"
    assert "messages.jsonl.torn-1` is what a crash left" in finding["text"]


@pytest.mark.parametrize("line", [b'{"id": "msg_1", "ro', b"[1, 2]", b"\xff\xfe{}"])
def test_a_line_that_was_damaged_by_hand_is_named_and_the_others_are_read(understudy, thread, line):
    thread_id, log = thread
    first, second = log.read_bytes().splitlines(keepends=True)
    damaged = first + line + b"\n" + second
    log.write_bytes(damaged)
    finding = stored_data(understudy, 1)
    assert finding["state"] == "error"
    assert f"`threads/{thread_id}/messages.jsonl`: line 2 is not read" in finding["text"]
    shown = understudy("show", thread_id, "--json")
    assert len(json.loads(shown.stdout)["messages"]) == 2
    assert "the line at byte" in shown.stderr
    assert log.read_bytes() == damaged


def test_a_document_that_was_damaged_by_hand_is_an_error_and_hides_no_other(
    understudy, thread, start_server, root
):
    thread_id, log = thread
    (log.parent / "thread.json").write_text('{"id": ')
    server = start_server()
    other = server.post("/threads").json()["id"]
    assert server.get(f"/threads/{thread_id}").status in (400, 500)
    assert other in server.get("/threads").body.decode()
    assert f"`threads/{thread_id}/thread.json`" in stored_data(understudy, 1)["text"]
    listed = understudy("list", "--threads")
    assert other in listed.stdout
    assert thread_id in listed.stdout + listed.stderr


def test_a_page_of_damaged_things_hides_none_behind_it(start_server, root):
    server = start_server()
    kinds = ("threads", "vector_stores")
    oldest = {kind: server.post(f"/{kind}", {}).json()["id"] for kind in kinds}
    for kind in kinds:
        for number in range(25):
            folder = root / kind / f"damaged_{number}"
            folder.mkdir()
            wrong = '{"metadata": 7}' if kind == "vector_stores" else '{"id": '
            (folder / f"{kind.removesuffix('s')}.json").write_text(wrong)
        listed = server.get(f"/{kind}").json()
        assert [item["id"] for item in listed["data"]] == [oldest[kind]]
        assert not listed["has_more"]
    server.stop()
    said = "".join(server.said)
    for kind in kinds:
        for number in range(25):
            assert said.count(f"{kind}/damaged_{number} is left out of listings") == 1


def test_a_message_of_a_wrong_shape_is_left_out_and_said(start_server, root):
    server = start_server()
    thread = server.post("/threads").json()["id"]
    ids = []
    for text in ("one", "two"):
        body = {"role": "user", "content": text}
        ids.append(server.post(f"/threads/{thread}/messages", body).json()["id"])
        with (root / "threads" / thread / "messages.jsonl").open("a") as log:
            log.write('{"id": "msg_x' + text + '", "role": 5}\n')
    newest = server.get(f"/threads/{thread}/messages?limit=1").json()
    assert [item["id"] for item in newest["data"]] == ids[1:]
    rest = server.get(f"/threads/{thread}/messages?after={newest['last_id']}").json()
    assert [item["id"] for item in rest["data"]] == ids[:1]
    server.stop()
    assert "msg_xone is left out of listings" in "".join(server.said)
