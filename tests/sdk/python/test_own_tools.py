"""Folders that list tools which OpenAI never had, seen by the official, strict client."""

from __future__ import annotations

import json

import pytest

FOLDER = {
    "name": "Clerk",
    "tools": [
        {"type": "rag", "settings": {"top_k": 2}},
        {"type": "acme:weather.v2"},
        {"type": "file_search", "file_search": {"max_num_results": 3}},
        {"type": "retrieval"},
    ],
}
SHOWN = [
    {"type": "file_search"},
    {"type": "function", "function": {"name": "acme_weather_v2"}},
    {"type": "file_search", "file_search": {"max_num_results": 3}},
    {"type": "file_search"},
]


@pytest.fixture
def folder(server):
    """A hand-written assistant.json."""
    path = server.root / "assistants" / "clerk" / "assistant.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(FOLDER))
    return path


def tools_of(folder):
    return json.loads(folder.read_text())["tools"]


def dumped(tools):
    return [tool.model_dump(exclude_unset=True) for tool in tools]


def test_the_client_reads_and_lists_them_in_words_that_it_knows(client, folder):
    clerk = client.beta.assistants.retrieve("clerk")
    assert dumped(clerk.tools) == SHOWN
    assert clerk.model == "*"
    listed = {each.id: each for each in client.beta.assistants.list(limit=100)}
    assert listed["clerk"] == clerk


def test_who_does_not_ask_for_openai_s_words_sees_the_folder_s(server, folder):
    assert server.get("/assistants/clerk").json()["tools"] == FOLDER["tools"]
    listed = {each["id"]: each for each in server.get("/assistants?limit=100").json()["data"]}
    assert listed["clerk"]["tools"] == FOLDER["tools"]


def test_what_was_shown_can_be_sent_back_without_a_loss(client, folder):
    clerk = client.beta.assistants.retrieve("clerk")
    changed = client.beta.assistants.update("clerk", name="Other", tools=clerk.tools)
    assert (changed.name, changed.tools) == ("Other", clerk.tools)
    assert tools_of(folder) == FOLDER["tools"]


def test_a_tool_that_is_added_or_left_out_changes_no_other(client, folder):
    first, _, *rest = client.beta.assistants.retrieve("clerk").tools
    clock = {"type": "function", "function": {"name": "clock"}}
    client.beta.assistants.update("clerk", tools=[clock, first, *rest])
    assert tools_of(folder) == [clock, FOLDER["tools"][0], *FOLDER["tools"][2:]]


def test_runs_steps_and_streams_of_such_an_assistant_are_read_by_the_client(client, server):
    made = client.beta.assistants.create(model="m", tools=[{"type": "rag"}])
    assert dumped(made.tools) == [{"type": "file_search"}]
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Hi"}])
    with client.beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=made.id, tool_choice={"type": "rag"}
    ) as stream:
        runs = [event.data for event in stream if event.event.startswith("thread.run.c")]
    [listed] = client.beta.threads.runs.list(thread.id)
    found = client.beta.threads.runs.retrieve(listed.id, thread_id=thread.id)
    assert dumped(found.tools) == dumped(runs[0].tools) == [{"type": "file_search"}]
    assert found.tool_choice.type == runs[0].tool_choice.type == "file_search"
    assert found == listed == runs[-1]
    assert server.get(f"/threads/{thread.id}/runs/{found.id}").json()["tools"] == [{"type": "rag"}]
    [step] = client.beta.threads.runs.steps.list(found.id, thread_id=thread.id)
    assert step.type == "message_creation"


def test_the_built_in_assistants_are_read_by_the_client(client):
    for name in ("jan", "librarian", "math-tutor", "shakespeare"):
        assert client.beta.assistants.retrieve(name).id == name


def test_runs_of_other_doors_show_nothing_of_those(client, server):
    response = client.responses.create(model="jan", input="Hi", max_output_tokens=300)
    run, thread = f"run_{response.id[5:29]}", f"thread_{response.id[29:]}"
    found = client.beta.threads.runs.retrieve(run, thread_id=thread)
    [listed] = client.beta.threads.runs.list(thread)
    events = server.get(f"/threads/{thread}/runs/{run}/events").body
    assert found == listed
    assert not {"origin", "parameters"} & set(found.model_extra)
    assert b'"origin"' not in events and b"thread.run.completed" in events
    assert client.responses.retrieve(response.id).max_output_tokens == 300
