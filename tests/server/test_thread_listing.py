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
