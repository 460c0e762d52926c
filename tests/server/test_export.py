"""`GET /v1/threads/{id}/export`: a thread as a file, and back again."""

from __future__ import annotations

import json

import pytest

from understudy.testing.model_server import call_tools, say

CLOCK = {"type": "function", "name": "clock", "parameters": {"type": "object"}, "strict": False}


@pytest.fixture
def thread(client):
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    content = [{"type": "text", "text": "Grüße 👋\n# no heading"}, picture]
    return client.beta.threads.create(
        messages=[{"role": "user", "content": content}, {"role": "assistant", "content": "Hello."}],
        metadata={"title": "First talk"},
    )


def test_every_line_is_the_object_that_the_api_sends(server, client, thread):
    answer = server.get(f"/threads/{thread.id}/export")
    first, *messages = map(json.loads, answer.body.splitlines())
    assert first == server.get(f"/threads/{thread.id}").json()
    assert messages == server.get(f"/threads/{thread.id}/messages?order=asc").json()["data"]
    assert thread.id in answer.headers["content-disposition"]


def test_an_export_of_a_long_thread_has_all_of_it_in_order(server, client):
    thread = client.beta.threads.create()
    for n in range(230):
        client.beta.threads.messages.create(thread.id, role="user", content=str(n))
    lines = server.get(f"/threads/{thread.id}/export?format=jsonl").body.splitlines()
    texts = [json.loads(line)["content"][0]["text"]["value"] for line in lines[1:]]
    assert texts == [str(n) for n in range(230)]


def test_an_export_can_be_imported_as_a_new_thread(server, client, thread):
    exported = server.get(f"/threads/{thread.id}/export").body
    made = server.request("POST", "/threads/import", exported).json()
    assert made["id"] != thread.id and made["metadata"] == {"title": "First talk"}
    old, new = (
        [(m.role, m.content) for m in client.beta.threads.messages.list(id_)]
        for id_ in (thread.id, made["id"])
    )
    assert new == old


def test_markdown_can_be_read_by_people(server, thread):
    answer = server.get(f"/threads/{thread.id}/export?format=markdown")
    text = answer.body.decode()
    assert answer.headers["content-type"].startswith("text/markdown")
    assert text.startswith("# First talk\n")
    assert text.index("## User, ") < text.index("Grüße 👋") < text.index("## Assistant, ")
    assert "![image](<https://example.com/a.png>)" in text
    assert text.endswith("Hello.\n")


def test_calls_and_their_outputs_are_exported(server, client):
    conversation = client.conversations.create()
    named = {"model": "jan", "conversation": conversation.id, "tools": [CLOCK]}
    server.model.script([call_tools([("clock", {"city": "Rome"})]), say("Noon.")])
    [call] = client.responses.create(input="Time?", **named).output
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "```12:00"}
    client.responses.create(input=[output], **named)
    thread_id = conversation.id.replace("conv_", "thread_")
    text = server.get(f"/threads/{thread_id}/export?format=markdown").body.decode()
    assert 'Called `clock` with `{"city": "Rome"}`:\n\n````\n```12:00\n````\n' in text
    listed = client.beta.threads.messages.list(thread_id, order="asc")  # strict about its parts
    assert [len(message.content) for message in listed] == [1, 0, 1]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/threads/thread_nobody/export", None, 404),
        ("GET", "/threads/{id}/export?format=pdf", None, 400),
        ("POST", "/threads/import", b"", 400),
        ("POST", "/threads/import", b"{broken", 400),
        ("POST", "/threads/import", b'{"object": "thread.message"}', 400),
        ("POST", "/threads/import", b'{"object": "thread", "id": "t", "created_at": 1}\n[]', 400),
        ("POST", "/threads/import", b'{"object": "thread", "id": "t", "created_at": "x"}', 400),
        (
            "POST",
            "/threads/import",
            b'{"object": "thread", "id": "t", "created_at": 1}\n'
            b'{"object": "thread.message", "id": "m", "role": "king"}',
            400,
        ),
    ],
)
def test_bad_requests_are_refused_and_leave_nothing(server, thread, method, path, body, status):
    newest = server.get("/threads?limit=1").json()["first_id"]
    answer = server.request(method, path.replace("{id}", thread.id), body)
    assert answer.status == status
    assert set(answer.error) == {"message", "type", "param", "code"}
    assert server.get("/threads?limit=1").json()["first_id"] == newest
