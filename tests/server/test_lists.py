"""Lists: pages in both orders, exact ends, and cursors that lead nowhere."""

from __future__ import annotations

import itertools

import pytest

SHAPE = {"object", "data", "first_id", "last_id", "has_more"}


@pytest.fixture
def thread(server):
    return server.post("/threads").json()["id"]


@pytest.fixture
def messages(server, thread):
    """The path of a list of seven messages, and their ids in the order they were made."""
    path = f"/threads/{thread}/messages"
    made = [server.post(path, {"role": "user", "content": str(n)}).json()["id"] for n in range(7)]
    return path, made


def ids(page):
    return [item["id"] for item in page["data"]]


def test_an_empty_list_has_no_ends(server, thread):
    page = server.get(f"/threads/{thread}/messages").json()
    assert page == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


def test_the_newest_come_first_unless_asked_otherwise(server, messages):
    path, made = messages
    assert ids(server.get(path).json()) == made[::-1]
    assert ids(server.get(f"{path}?order=asc").json()) == made


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_pages_follow_each_other_without_gap_or_overlap(server, messages, order, size):
    path, made = messages
    wanted = made if order == "asc" else made[::-1]
    read, after = [], ""
    for _ in itertools.repeat(None, 10):
        page = server.get(f"{path}?order={order}&limit={size}{after}").json()
        assert set(page) == SHAPE
        assert (page["first_id"], page["last_id"]) == (ids(page)[0], ids(page)[-1])
        read += ids(page)
        assert page["has_more"] is (len(read) < len(wanted))
        if not page["has_more"]:
            break
        after = f"&after={page['last_id']}"
    assert read == wanted


def test_before_is_the_page_that_ends_just_there(server, messages):
    path, made = messages
    page = server.get(f"{path}?order=asc&limit=2&before={made[5]}").json()
    assert ids(page) == made[3:5]
    between = f"{path}?order=asc&after={made[1]}&before={made[5]}"
    assert ids(server.get(between).json()) == made[2:5]
    assert ids(server.get(f"{path}?before={made[5]}").json()) == [made[6]]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=-1", "limit=1.5", "limit=ten", "limit=", "limit=%201",
        "limit=1_0", "limit=%2B5", "limit=%D9%A3", "limit=" + "9" * 5000, "order=up", "order=",
        "order=DESC", "limit=NaN", "limit=true",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/assistants", "/threads/{}/messages", "/threads/{}/runs"])
def test_another_limit_or_order_is_refused(server, thread, path, query):
    answer = server.get(f"{path.format(thread)}?{query}")
    assert answer.status == 400
    assert answer.error["param"] == query.partition("=")[0]


def test_files_come_in_larger_pages(server):
    assert server.get("/files?limit=10000").status == 200
    assert server.get("/files?limit=10001").status == 400


@pytest.mark.parametrize("cursor", ["after", "before"])
@pytest.mark.parametrize("value", ["msg_none", "../x", "%00", "%ff", "x" * 3000])
def test_a_cursor_that_leads_nowhere_is_no_failure_of_the_server(server, messages, cursor, value):
    path, _ = messages
    for each in (path, "/assistants", "/threads", "/files", path.replace("messages", "runs")):
        answer = server.get(f"{each}?{cursor}={value}")
        assert answer.status in (200, 400, 404)


def test_steps_are_paged_like_all_else(server):
    assistant = server.post("/assistants", {"model": "m"}).json()["id"]
    said = [{"role": "user", "content": "Hi"}]
    body = {"assistant_id": assistant, "stream": True, "thread": {"messages": said}}
    assert b"thread.run.completed" in server.post("/threads/runs", body).body
    thread = server.get("/threads?limit=1").json()["data"][0]["id"]
    run = server.get(f"/threads/{thread}/runs").json()["data"][0]["id"]
    page = server.get(f"/threads/{thread}/runs/{run}/steps?limit=1").json()
    assert set(page) == SHAPE
    assert (len(page["data"]), page["has_more"]) == (1, False)
    assert server.get(f"/threads/{thread}/runs/{run}/steps?limit=0").status == 400


def test_the_messages_of_one_run_alone(server, thread):
    assistant = server.post("/assistants", {"model": "m"}).json()["id"]
    server.post(f"/threads/{thread}/messages", {"role": "user", "content": "Hi"})
    server.post(f"/threads/{thread}/runs", {"assistant_id": assistant, "stream": True})
    run = server.get(f"/threads/{thread}/runs").json()["data"][0]["id"]
    [message] = server.get(f"/threads/{thread}/messages?run_id={run}").json()["data"]
    assert (message["role"], message["run_id"]) == ("assistant", run)
