"""Every list of the API: iterated, cut by `limit`, turned by `order`, entered by `after`, `before`.

Each test makes its own four objects; lists that hold others besides are entered behind those.
"""

from __future__ import annotations

import pytest

from understudy.testing.model_server import call_tools, say


def make_assistants(client):
    made = [client.beta.assistants.create(model="m").id for _ in range(4)]
    return client.beta.assistants.list, made


def make_messages(client):
    thread, messages = client.beta.threads.create().id, client.beta.threads.messages
    made = [messages.create(thread, role="user", content=str(n)).id for n in range(4)]
    return lambda **query: messages.list(thread, **query), made


def make_runs(client):
    assistant, thread = client.beta.assistants.create(model="m").id, client.beta.threads.create()
    runs, made = client.beta.threads.runs, []
    for _ in range(4):
        run = runs.create_and_poll(
            thread_id=thread.id, assistant_id=assistant, poll_interval_ms=20,
            additional_messages=[{"role": "user", "content": "Hi"}],
        )  # fmt: skip
        made.append(run.id)
    return lambda **query: runs.list(thread.id, **query), made


def make_steps(client):
    """A run that calls a function twice has four steps, if text stands before the last call."""
    weather = {"type": "function", "function": {"name": "weather"}}
    assistant = client.beta.assistants.create(model="m", tools=[weather]).id
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Hi"}]).id
    runs = client.beta.threads.runs
    run = runs.create_and_poll(thread_id=thread, assistant_id=assistant, poll_interval_ms=20)
    while run.status == "requires_action":
        calls = run.required_action.submit_tool_outputs.tool_calls
        outputs = [{"tool_call_id": call.id, "output": "sun"} for call in calls]
        run = runs.submit_tool_outputs_and_poll(
            run_id=run.id, thread_id=thread, tool_outputs=outputs, poll_interval_ms=20
        )
    made = [step.id for step in runs.steps.list(run.id, thread_id=thread, order="asc").data]
    return lambda **query: runs.steps.list(run.id, thread_id=thread, **query), made


def upload(client):
    return client.files.create(file=("a.txt", b"Text."), purpose="assistants").id


def make_files(client):
    made = [upload(client) for _ in range(4)]
    return client.files.list, made


def make_stores(client):
    made = [client.vector_stores.create(name=str(n)).id for n in range(4)]
    return client.vector_stores.list, made


def make_files_of_a_store(client):
    store, files = client.vector_stores.create().id, client.vector_stores.files
    made = [
        files.create_and_poll(upload(client), vector_store_id=store, poll_interval_ms=20).id
        for _ in range(4)
    ]
    return lambda **query: files.list(store, **query), made


def make_files_of_a_batch(client):
    store, batches = client.vector_stores.create().id, client.vector_stores.file_batches
    made = [upload(client) for _ in range(4)]
    batch = batches.create_and_poll(store, file_ids=made, poll_interval_ms=20)
    assert (batch.status, batch.file_counts.completed) == ("completed", 4)
    return lambda **query: batches.list_files(batch.id, vector_store_id=store, **query), made


LISTS = [
    make_assistants, make_messages, make_runs, make_steps,
    make_files, make_stores, make_files_of_a_store, make_files_of_a_batch,
]  # fmt: skip


@pytest.fixture(params=LISTS, ids=lambda make: make.__name__.removeprefix("make_"))
def listed(request, client, server):
    """A list of the client, and the ids of its newest four objects, oldest first."""
    if request.param is make_steps:
        call = [("weather", {})]
        server.model.script([call_tools(call), call_tools(call, text="Hm."), say("Sunny.")])
    return request.param(client)


def ids(page):
    return [each.id for each in page]


def test_the_newest_come_first_and_an_iterator_reads_page_after_page(listed):
    read, made = listed
    assert ids(read(limit=4).data) == made[::-1]
    found = []
    for each in read(limit=3):
        found.append(each.id)
        if len(found) == 4:
            break
    assert found == made[::-1]


def test_the_oldest_come_first_if_that_is_asked(listed):
    read, made = listed
    assert ids(read(order="asc", limit=100))[-4:] == made
    assert ids(read(order="asc", after=made[0], limit=2)) == made[1:]


def test_a_page_knows_whether_there_is_another(listed):
    read, made = listed
    first = read(order="asc", after=made[0], limit=2)
    assert (ids(first.data), first.has_next_page()) == (made[1:3], True)
    last = first.get_next_page()
    assert (ids(last.data), last.has_next_page()) == (made[3:], False)
    newer = read(after=made[3], limit=2)
    assert (ids(newer.data), newer.has_more) == ([made[2], made[1]], True)


def test_before_is_what_ends_there(listed):
    read, made = listed
    query = {"order": "asc", "after": made[0], "before": made[3]}
    page = read(order="asc", extra_query=query)  # `files.list` has no `before` of its own
    assert (ids(page.data), page.has_more) == (made[1:3], False)
    assert ids(read(extra_query={"before": made[1]}).data) == made[:1:-1]
