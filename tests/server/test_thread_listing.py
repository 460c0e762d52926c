"""`GET /v1/threads`: what OpenAI never had."""

from __future__ import annotations

import pytest


def page(server, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return server.get(f"/threads?{asked}").json()


@pytest.fixture
def threads(server, client):
    return [client.beta.threads.create(metadata={"n": str(n)}).id for n in range(5)]


def test_threads_are_listed_newest_first_page_by_page(server, threads):
    newest = page(server, limit=2)
    assert [each["id"] for each in newest["data"]] == threads[:2:-1]
    assert newest["has_more"] and newest["first_id"] == threads[4]
    rest = page(server, limit=3, after=newest["last_id"])
    assert [each["id"] for each in rest["data"]] == threads[2::-1]
    assert rest["data"][0]["metadata"] == {"n": "2"}


def test_they_can_be_listed_oldest_first_and_backwards(server, threads):
    assert page(server, order="asc", after=threads[1], limit=1)["data"][0]["id"] == threads[2]
    before = page(server, before=threads[0], limit=2)
    assert [each["id"] for each in before["data"]] == [threads[2], threads[1]]


def test_a_deleted_thread_is_listed_no_more(server, client, threads):
    client.beta.threads.delete(threads[4])
    assert page(server, limit=1)["data"][0]["id"] == threads[3]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"order": "up"}])
def test_a_malformed_page_is_refused(server, query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = server.get(f"/threads?{asked}")
    assert (answer.status, answer.error["param"]) == (400, next(iter(query)))


def make_keeper(server):
    """An assistant that keeps its threads in its own folder."""
    keeper = server.post("/assistants", {"model": "m"}).json()["id"]
    where = {"thread_location": f"assistants/{keeper}/threads"}
    return server.post(f"/assistants/{keeper}", where).json()["id"]


@pytest.fixture
def scattered(server, client):
    """Threads in the root and, by turns, in the folders of two assistants; oldest first."""
    keepers = [make_keeper(server) for _ in range(2)]
    made = []
    for n in range(7):
        if n % 3 == 0:
            made.append(client.beta.threads.create().id)
            continue
        first = {"messages": [{"role": "user", "content": f"narwhal {n}"}]}
        run = client.beta.threads.create_and_run_poll(
            assistant_id=keepers[n % 3 - 1], thread=first, poll_interval_ms=10
        )
        folder = server.root / "assistants" / run.assistant_id / "threads"
        assert (folder / run.thread_id).is_dir()
        made.append(run.thread_id)
    return made


def walk(server, limit, **query):
    found, last = [], {}
    while True:
        listed = page(server, limit=limit, **query, **last)
        found += [each["id"] for each in listed["data"]]
        if not listed["has_more"]:
            return found
        last = {"after": listed["last_id"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_threads_in_the_folders_of_assistants_have_their_place_among_the_others(
    server, scattered, limit
):
    assert walk(server, limit)[:7] == scattered[::-1]
    assert walk(server, limit, order="asc")[-7:] == scattered


def test_a_page_may_begin_and_end_at_threads_of_different_folders(server, scattered):
    between = page(server, after=scattered[6], before=scattered[1])
    assert [each["id"] for each in between["data"]] == scattered[5:1:-1]
    assert not between["has_more"]
    before = page(server, before=scattered[2], limit=3)
    assert [each["id"] for each in before["data"]] == [scattered[n] for n in (5, 4, 3)]
    assert before["has_more"]


def test_the_walk_goes_on_behind_a_thread_that_was_deleted_in_another_folder(
    server, client, scattered
):
    newest = page(server, limit=3)["data"]
    client.beta.threads.delete(newest[0]["id"])
    client.beta.threads.delete(newest[1]["id"])
    rest = page(server, limit=4, after=newest[2]["id"])
    assert [each["id"] for each in rest["data"]] == scattered[3::-1]


def test_a_listing_goes_on_after_a_restart(start_server):
    server = start_server()
    keeper = make_keeper(server)
    for _ in range(3):
        server.post("/threads")
        server.post("/threads/runs", {"assistant_id": keeper, "stream": True, "thread": {}})
    every = walk(server, 100)
    first = page(server, limit=2)
    server.kill()
    server = start_server()
    rest = page(server, after=first["last_id"])
    assert [each["id"] for each in [*first["data"], *rest["data"]]] == every
    assert len(every) == 6


def test_an_unknown_thread_is_no_place_to_go_on_from(server):
    assert server.get("/threads?after=thread_none").status == 404


def test_they_are_exported_as_any_other(server, scattered):
    lines = server.get(f"/threads/{scattered[1]}/export").body.splitlines()
    assert b"narwhal 1" in lines[1]
