"""Vector stores that come with assistants, threads and messages."""

from __future__ import annotations

import openai
import pytest

from understudy.testing.model_server import say

SEARCH = [{"type": "file_search"}]
CODE = [{"type": "code_interpreter"}]


def attached(file_id, tools):
    return [{"file_id": file_id, "tools": tools}]


def store_of(holder):
    (store_id,) = holder.tool_resources.file_search.vector_store_ids
    return store_id


def settled(client, store_id):
    for file in client.vector_stores.files.list(store_id):
        done = client.vector_stores.files.poll(
            file.id, vector_store_id=store_id, poll_interval_ms=20
        )
        assert done.status == "completed"


@pytest.mark.parametrize("kind", ["assistants", "threads"])
def test_a_store_can_be_made_with_its_holder(client, shelf, kind):
    file_id = shelf.upload("a.txt", "The rent is due.")
    asked = {"file_search": {"vector_stores": [{"file_ids": [file_id], "metadata": {"a": "b"}}]}}
    options = {"model": "test-model", "tools": SEARCH} if kind == "assistants" else {}
    holder = getattr(client.beta, kind).create(tool_resources=asked, **options)
    store_id = store_of(holder)
    settled(client, store_id)
    assert client.vector_stores.retrieve(store_id).metadata == {"a": "b"}
    assert shelf.found(store_id, "rent") == ["a.txt"]
    assert getattr(client.beta, kind).retrieve(holder.id).tool_resources == holder.tool_resources


def test_resources_are_changed_whole(client, shelf):
    first, _ = shelf.fill()
    second = client.vector_stores.create().id
    file_id = shelf.upload("data.csv", "a,b")
    assistant = client.beta.assistants.create(
        model="test-model", tool_resources={"file_search": {"vector_store_ids": [first]}}
    )
    changed = client.beta.assistants.update(
        assistant.id,
        tool_resources={
            "file_search": {"vector_store_ids": [second]},
            "code_interpreter": {"file_ids": [file_id]},
        },
    )
    assert store_of(changed) == second
    assert changed.tool_resources.code_interpreter.file_ids == [file_id]


def test_an_attached_file_gets_into_a_store_of_the_thread(client, shelf):
    thread = client.beta.threads.create()
    first, second = shelf.upload("a.txt", "The rent."), shelf.upload("b.txt", "The deposit.")
    for file_id in (first, second):
        message = client.beta.threads.messages.create(
            thread.id, role="user", content="See this.", attachments=attached(file_id, SEARCH)
        )
        assert message.attachments[0].file_id == file_id
    store_id = store_of(client.beta.threads.retrieve(thread.id))
    settled(client, store_id)
    assert shelf.found(store_id, "rent deposit") == ["a.txt", "b.txt"]
    store = client.vector_stores.retrieve(store_id)
    assert (store.expires_after.anchor, store.expires_after.days) == ("last_active_at", 7)


def test_an_attached_file_joins_the_store_that_the_thread_has(client, shelf):
    store_id, _ = shelf.fill()
    thread = client.beta.threads.create(
        tool_resources={"file_search": {"vector_store_ids": [store_id]}},
        messages=[
            {
                "role": "user",
                "content": "And this.",
                "attachments": attached(shelf.upload("c.txt", "The heron."), SEARCH),
            }
        ],
    )
    assert store_of(thread) == store_id
    settled(client, store_id)
    assert shelf.found(store_id, "heron") == ["c.txt"]


def test_files_for_code_are_listed_with_the_thread(client, shelf):
    ids = [shelf.upload(f"{n}.csv", f"{n}") for n in range(2)]
    thread = client.beta.threads.create(
        messages=[
            {"role": "user", "content": "Sum it.", "attachments": attached(file_id, CODE)}
            for file_id in (ids[0], ids[1], ids[0])
        ]
    )
    assert thread.tool_resources.code_interpreter.file_ids == ids
    assert thread.tool_resources.file_search is None


def test_additional_messages_bring_files_too(client, server, shelf):
    thread = client.beta.threads.create()
    assistant = client.beta.assistants.create(model="test-model")
    server.model.script([say("Thanks.")])
    client.beta.threads.runs.create_and_poll(
        thread_id=thread.id,
        assistant_id=assistant.id,
        poll_interval_ms=20,
        additional_messages=[
            {
                "role": "user",
                "content": "Read this.",
                "attachments": attached(shelf.upload("d.txt", "The crane."), SEARCH),
            }
        ],
    )
    store_id = store_of(client.beta.threads.retrieve(thread.id))
    settled(client, store_id)
    assert shelf.found(store_id, "crane") == ["d.txt"]


def test_a_file_that_does_not_exist_cannot_be_attached(client, server):
    thread = client.beta.threads.create()
    with pytest.raises(openai.BadRequestError, match="file-nothing"):
        client.beta.threads.messages.create(
            thread.id, role="user", content="x", attachments=attached("file-nothing", SEARCH)
        )
    assert client.beta.threads.messages.list(thread.id).data == []
    threads = len(server.get("/threads?limit=100").json()["data"])
    message = {"role": "user", "content": "x", "attachments": attached("file-nothing", CODE)}
    with pytest.raises(openai.BadRequestError, match="file-nothing"):
        client.beta.threads.create(messages=[message])
    assert len(server.get("/threads?limit=100").json()["data"]) == threads


@pytest.mark.parametrize(
    ("resources", "status"),
    [
        ({"file_search": {"vector_store_ids": ["vs_nothing"]}}, 404),
        ({"file_search": {"vector_store_ids": ["vs_1", "vs_2"]}}, 400),
        ({"file_search": {"vector_stores": [{}, {}]}}, 400),
        ({"file_search": {"vector_stores": [{"file_ids": ["file-nothing"]}]}}, 404),
        ({"file_search": {"vector_store_ids": ["vs_1"], "vector_stores": [{}]}}, 400),
        ({"file_search": "all"}, 400),
        ({"code_interpreter": {"file_ids": ["file-1"] * 21}}, 400),
        ({"browser": {}}, 400),
    ],
)
def test_wrong_resources_are_refused_everywhere(server, resources, status):
    body = {"tool_resources": resources}
    for path in ("/threads", "/assistants"):
        answer = server.post(path, body | ({"model": "m"} if path == "/assistants" else {}))
        assert answer.status == status
        assert answer.error["type"] == "invalid_request_error"
