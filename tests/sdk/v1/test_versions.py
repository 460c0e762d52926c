"""The two versions of the API side by side: what each shows, and what each refuses."""

import pytest

FIRST = {"OpenAI-Beta": "assistants=v1"}


@pytest.fixture
def first(server):
    """A request in the first version; gives the answer's JSON."""

    def send(method, path, body=None, status=200):
        answer = server.request(method, path, body, FIRST)
        assert answer.status == status, answer.body
        return answer.json()

    return send


@pytest.fixture
def file_id(client):
    return client.files.create(file=("a.txt", b"Text."), purpose="assistants").id


def test_files_of_a_first_version_assistant_are_tool_resources_in_the_second(
    first, client, file_id
):
    tools = [{"type": "code_interpreter"}, {"type": "retrieval"}]
    made = first("POST", "/assistants", {"model": "m", "tools": tools, "file_ids": [file_id]})
    assert made["tools"] == tools
    assert "tool_resources" not in made
    seen = client.beta.assistants.retrieve(made["id"])
    assert [tool.type for tool in seen.tools] == ["code_interpreter", "file_search"]
    assert seen.tool_resources.code_interpreter.file_ids == [file_id]
    [store_id] = seen.tool_resources.file_search.vector_store_ids
    assert [file.id for file in client.vector_stores.files.list(store_id)] == [file_id]


def test_a_file_attached_later_joins_the_same_vector_store(first, client, file_id):
    made = first("POST", "/assistants", {"model": "m", "tools": [{"type": "retrieval"}],
                                         "file_ids": [file_id]})  # fmt: skip
    other = client.files.create(file=("b.txt", b"More."), purpose="assistants").id
    resources = client.beta.assistants.retrieve(made["id"]).tool_resources
    first("POST", f"/assistants/{made['id']}/files", {"file_id": other})
    assert client.beta.assistants.retrieve(made["id"]).tool_resources == resources
    [store_id] = resources.file_search.vector_store_ids
    assert {file.id for file in client.vector_stores.files.list(store_id)} == {file_id, other}
    first("DELETE", f"/assistants/{made['id']}/files/{file_id}")
    assert [file.id for file in client.vector_stores.files.list(store_id)] == [other]


def test_what_the_second_version_changes_does_not_flow_back(first, client, file_id):
    tools = [{"type": "code_interpreter"}]
    made = first("POST", "/assistants", {"model": "m", "tools": tools, "file_ids": [file_id]})
    client.beta.assistants.update(made["id"], tool_resources={"code_interpreter": {"file_ids": []}})
    assert first("GET", f"/assistants/{made['id']}")["file_ids"] == [file_id]


def test_an_assistant_of_the_second_version_is_seen_by_the_first(first, client):
    made = client.beta.assistants.create(model="m", tools=[{"type": "file_search"}])
    seen = first("GET", f"/assistants/{made.id}")
    assert (seen["tools"], seen["file_ids"]) == ([{"type": "retrieval"}], [])
    assert made.id in [each["id"] for each in first("GET", "/assistants?limit=100")["data"]]


def test_files_of_a_message_are_attachments_in_the_second(first, client, file_id):
    thread = first("POST", "/threads", {"messages": [
        {"role": "user", "content": "Look.", "file_ids": [file_id]}]})  # fmt: skip
    assert "tool_resources" not in thread
    [message] = client.beta.threads.messages.list(thread["id"]).data
    assert [attachment.file_id for attachment in message.attachments] == [file_id]
    [shown] = first("GET", f"/threads/{thread['id']}/messages")["data"]
    assert shown["file_ids"] == [file_id]
    assert "attachments" not in shown


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/assistants", {"model": "m", "tools": [{"type": "retrieval"}]}, "tools"),
        ("/assistants", {"model": "m", "file_ids": []}, "file_ids"),
        ("/threads", {"messages": [{"role": "user", "content": "a", "file_ids": []}]}, "file_ids"),
    ],
)
def test_the_second_version_refuses_what_only_the_first_has(server, path, body, param):
    refused = server.post(path, body)
    assert refused.status == 400
    assert param in refused.error["param"]


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/assistants", {"model": "m", "tools": [{"type": "file_search"}]}, "tools"),
        ("/assistants", {"model": "m", "tool_resources": {}}, "tool_resources"),
        ("/assistants", {"model": "m", "file_ids": ["file-x"] * 21}, "file_ids"),
        ("/assistants", {"model": "m", "file_ids": ["file-none"]}, "file_ids"),
        ("/assistants", {"model": "m", "file_ids": "file-x"}, "file_ids"),
        ("/threads", {"tool_resources": {}}, "tool_resources"),
        (
            "/threads",
            {"messages": [{"role": "user", "content": "a", "attachments": []}]},
            "attachments",
        ),
        (
            "/threads",
            {"messages": [{"role": "user", "content": "a", "file_ids": ["file-x"] * 11}]},
            "file_ids",
        ),
    ],
)
def test_the_first_version_refuses_what_only_the_second_has(first, path, body, param):
    assert param in first("POST", path, body, status=400)["error"]["param"]


def test_the_routes_of_the_first_version_are_not_there_in_the_second(server, client):
    made = client.beta.assistants.create(model="m")
    assert server.get(f"/assistants/{made.id}/files").status == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"tools": 5}', b'{"model": null}'])
def test_a_broken_body_is_refused_as_in_the_second_version(server, body):
    for beta in ("assistants=v1", "assistants=v2"):
        refused = server.post("/assistants", body, **{"OpenAI-Beta": beta})
        assert refused.status == 400
        assert refused.error["type"] == "invalid_request_error"


def test_an_unknown_version_is_refused(server):
    refused = server.get("/assistants", **{"OpenAI-Beta": "assistants=v3"})
    assert (refused.status, refused.error["code"]) == (400, "invalid_beta")
