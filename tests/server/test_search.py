"""`GET /v1/threads/search`: which thread was it?"""

from __future__ import annotations

from urllib.parse import urlencode

import pytest


def search(server, q, **query):
    return server.get(f"/threads/search?{urlencode({'q': q, **query})}")


def hits(server, q, **query):
    return search(server, q, **query).json()["data"]


def thread_saying(client, *texts):
    messages = [{"role": "user", "content": text} for text in texts]
    return client.beta.threads.create(messages=messages)


def test_a_message_is_found_by_its_words_in_any_order_and_case(server, client):
    thread = thread_saying(
        client, "Nothing here.", f"{'long ' * 60}The ZEBRA ate Äpfel {'and ' * 60}"
    )
    [hit] = hits(server, "äpfel zebra")
    assert hit["thread_id"] == thread.id
    message = client.beta.threads.messages.retrieve(hit["message_id"], thread_id=thread.id)
    assert "ZEBRA" in message.content[0].text.value
    assert "Äpfel" in hit["snippet"] and len(hit["snippet"]) < 200
    assert hits(server, "zebra nothing") == []


def test_what_the_assistant_said_is_found_too(server, client):
    assistant = client.beta.assistants.create(model="m")
    thread = thread_saying(client, "quokka")
    client.beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=10
    )
    assert [hit["role"] for hit in hits(server, "quokka")] == ["assistant", "user"]


def test_hits_come_newest_first_and_page_by_page_none_missed_none_twice(server, client):
    threads = [thread_saying(client, *(f"okapi {n}" for n in range(3))) for _ in range(3)]
    found, page = [], {}
    while True:
        answer = search(server, "okapi", limit=2, **page).json()
        found += answer["data"]
        if not answer["has_more"]:
            break
        page = {"page": answer["next_page"]}
    order = [(thread.id, f"okapi {n}") for thread in reversed(threads) for n in (2, 1, 0)]
    assert [(hit["thread_id"], hit["snippet"]) for hit in found] == order


def test_threads_that_an_assistant_keeps_are_searched_too(server, client):
    body = {"model": "m", "thread_location": "assistants/ID/threads"}
    made = server.post("/assistants", body).json()
    folder = f"assistants/{made['id']}/threads"
    server.post(f"/assistants/{made['id']}", {"thread_location": folder})
    client.responses.create(model=made["id"], input="a lonely axolotl")
    assert len(hits(server, "lonely axolotl")) == 2
    assert (server.root / folder).is_dir()


def test_a_deleted_message_is_not_found(server, client):
    thread = thread_saying(client, "a secret narwhal")
    [hit] = hits(server, "narwhal")
    client.beta.threads.messages.delete(hit["message_id"], thread_id=thread.id)
    assert hits(server, "narwhal") == []


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({}, "q"),
        ({"q": "  "}, "q"),
        ({"q": "x" * 501}, "q"),
        ({"q": "x", "limit": 0}, "limit"),
        ({"q": "x", "page": "thread_nobody/msg_1"}, "page"),
    ],
)
def test_a_malformed_search_is_refused(server, query, param):
    answer = server.get(f"/threads/search?{urlencode(query)}")
    assert (answer.status, answer.error["param"]) == (400, param)
