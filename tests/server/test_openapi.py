"""The document at /openapi.json: whole, and kept by the server."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks

from understudy import Host
from understudy.testing.server import KEY
from understudy_server.catalogue import Catalogue

OPENAI = {
    "/assistants": "get post",
    "/assistants/{assistant_id}": "get post delete",
    "/threads": "post",
    "/threads/runs": "post",
    "/threads/{thread_id}": "get post delete",
    "/threads/{thread_id}/messages": "get post",
    "/threads/{thread_id}/messages/{message_id}": "get post delete",
    "/threads/{thread_id}/runs": "get post",
    "/threads/{thread_id}/runs/{run_id}": "get post",
    "/threads/{thread_id}/runs/{run_id}/cancel": "post",
    "/threads/{thread_id}/runs/{run_id}/steps": "get",
    "/threads/{thread_id}/runs/{run_id}/steps/{step_id}": "get",
    "/threads/{thread_id}/runs/{run_id}/submit_tool_outputs": "post",
    "/files": "get post",
    "/files/{file_id}": "get delete",
    "/files/{file_id}/content": "get",
    "/vector_stores": "get post",
    "/vector_stores/{vector_store_id}": "get post delete",
    "/vector_stores/{vector_store_id}/search": "post",
    "/vector_stores/{vector_store_id}/files": "get post",
    "/vector_stores/{vector_store_id}/files/{file_id}": "get post delete",
    "/vector_stores/{vector_store_id}/files/{file_id}/content": "get",
    "/vector_stores/{vector_store_id}/file_batches": "post",
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}": "get",
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel": "post",
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}/files": "get",
}
"""The operations that OpenAI's own document has."""

REQUIRED = {
    "Run": "id object created_at thread_id assistant_id status required_action last_error "
    "expires_at started_at cancelled_at failed_at completed_at incomplete_details model "
    "instructions tools metadata usage max_prompt_tokens max_completion_tokens "
    "truncation_strategy tool_choice parallel_tool_calls response_format",
    "Message": "id object created_at thread_id status incomplete_details completed_at "
    "incomplete_at role content assistant_id run_id attachments metadata",
    "Thread": "id object created_at tool_resources metadata",
    "Assistant": "id object created_at name description model instructions tools metadata",
    "RunStep": "id object created_at assistant_id thread_id run_id type status step_details "
    "last_error expired_at cancelled_at failed_at completed_at metadata usage",
    "VectorStore": "id object created_at name usage_bytes file_counts status last_active_at "
    "metadata",
}


@schemathesis.serializer("application/jsonl")
def write_lines(_context, value):
    return str(value).encode()


@pytest.fixture
def document(server):
    answer = server.request("GET", "//openapi.json", headers={"Authorization": None})
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


@pytest.fixture
def schema(document, server):
    loaded = schemathesis.openapi.from_dict(document)
    loaded.config.update(base_url=server.url.removesuffix("/v1"))
    return loaded


@pytest.fixture
def known(server):
    """Parameters of paths that lead to something."""
    assistant = server.post("/assistants", {"model": "m"}).json()["id"]
    thread = server.post("/threads").json()["id"]
    said = {"role": "user", "content": "Hi"}
    message = server.post(f"/threads/{thread}/messages", said).json()["id"]
    run = {"assistant_id": assistant, "stream": True}
    assert b"thread.run.completed" in server.post(f"/threads/{thread}/runs", run).body
    run_id = server.get(f"/threads/{thread}/runs").json()["data"][0]["id"]
    step = server.get(f"/threads/{thread}/runs/{run_id}/steps").json()["data"][0]["id"]
    store = server.post("/vector_stores", {}).json()["id"]
    return {
        "assistant_id": assistant,
        "model": assistant,
        "thread_id": thread,
        "message_id": message,
        "run_id": run_id,
        "step_id": step,
        "vector_store_id": store,
    }


def operations(document):
    return {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_it_has_every_operation_of_openai_and_says_what_each_is(document):
    found = operations(document)
    wanted = {(m, f"/v1{path}") for path, methods in OPENAI.items() for m in methods.split()}
    assert wanted <= set(found)
    assert all(operation["summary"] for operation in found.values())
    ids = [operation["operationId"] for operation in found.values()]
    assert len(ids) == len(set(ids))


def test_it_has_exactly_what_is_served(document, root):
    served = {
        (method.lower(), route.path)
        for route in Catalogue(Host(root, store="memory")).all()
        for method in route.methods - {"HEAD"}
    }
    assert set(operations(document)) == served - {("get", "/health"), ("get", "/openapi.json")}


@pytest.mark.parametrize("name", REQUIRED)
def test_an_object_has_every_key_that_openai_promises(document, name):
    assert set(REQUIRED[name].split()) <= set(document["components"]["schemas"][name]["required"])


def test_requests_refuse_unknown_fields_and_answers_may_grow(document):
    schemas = document["components"]["schemas"]
    for name in (
        "CreateAssistant",
        "CreateMessage",
        "CreateRun",
        "ModifyThread",
        "CreateVectorStore",
    ):
        assert schemas[name]["additionalProperties"] is False
    assert schemas["Run"]["additionalProperties"] is True


def test_it_asks_for_a_key_and_tells_how_errors_look(document):
    scheme = document["components"]["securitySchemes"]["key"]
    assert scheme == {"type": "http", "scheme": "bearer"}
    assert document["security"] == [{"key": []}]
    for operation in operations(document).values():
        assert operation["responses"]["4XX"] == {"$ref": "#/components/responses/Error"}


def test_its_examples_are_accepted(server, document, known):
    for (method, path), operation in operations(document).items():
        known["thread_id"] = server.post("/threads").json()["id"]
        content = operation.get("requestBody", {}).get("content", {})
        example = content.get("application/json", {}).get("example")
        if example is not None:
            assert server.request(method.upper(), "/" + path.format(**known), example).status == 200


def test_the_server_keeps_its_document(server, schema, known):
    """Requests made of the document: no 5xx, and answers of the documented shapes."""
    wanted = [
        checks.not_a_server_error,
        checks.response_schema_conformance,
        checks.status_code_conformance,
        checks.content_type_conformance,
    ]
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        )
        @given(case=operation.as_strategy(), is_known=st.booleans())
        def keeps(case, is_known):
            nonlocal asked
            if is_known and case.method != "DELETE":
                for name in case.path_parameters or {}:
                    case.path_parameters[name] = known.get(name, case.path_parameters[name])
            case.call_and_validate(headers={"Authorization": f"Bearer {KEY}"}, checks=wanted)
            asked += 1

        keeps()
    assert asked > 100
