"""Whatever JSON somebody makes up: it is taken or refused, and the server never fails."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HOSTILE = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**15, 10**300)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", "auto", "function", "text", "user", "\x00", "\ud800", "../..", "null"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = {
    "/assistants": {
        "model", "name", "description", "instructions", "tools", "tool_resources", "metadata",
        "temperature", "top_p", "response_format", "reasoning_effort", "avatar", "thread_location",
    },
    "/assistants/{assistant}": {"tools", "metadata", "instructions", "response_format", "model"},
    "/threads": {"messages", "tool_resources", "metadata"},
    "/threads/{thread}": {"tool_resources", "metadata"},
    "/threads/{thread}/messages": {"role", "content", "attachments", "metadata"},
    "/threads/{thread}/messages/{message}": {"metadata"},
    "/threads/{thread}/runs": {
        "assistant_id", "model", "instructions", "additional_instructions", "additional_messages",
        "tools", "metadata", "temperature", "top_p", "max_prompt_tokens", "max_completion_tokens",
        "truncation_strategy", "tool_choice", "parallel_tool_calls", "response_format", "stream",
    },
    "/threads/runs": {"assistant_id", "thread", "tool_resources", "stream", "tools"},
    "/threads/{thread}/runs/{run}/submit_tool_outputs": {"tool_outputs", "stream"},
    "/vector_stores": {"name", "file_ids", "expires_after", "chunking_strategy", "metadata"},
    "/vector_stores/{store}/search": {"query", "filters", "max_num_results", "ranking_options"},
}  # fmt: skip
VALID = {"model": "m", "role": "user", "content": "Hi", "query": "x"}


@pytest.fixture
def known(server):
    assistant = server.post("/assistants", {"model": "m"}).json()["id"]
    thread = server.post("/threads").json()["id"]
    message = server.post(f"/threads/{thread}/messages", {"role": "user", "content": "Hi"}).json()
    run = server.post(f"/threads/{thread}/runs", {"assistant_id": assistant, "stream": True})
    assert b"thread.run.completed" in run.body
    run_id = server.get(f"/threads/{thread}/runs").json()["data"][0]["id"]
    store = server.post("/vector_stores", {}).json()["id"]
    ids = {"assistant": assistant, "thread": thread, "message": message["id"]}
    return ids | {"run": run_id, "store": store}


def check(server, answer):
    assert answer.status in (200, 400, 404), answer.body
    if answer.status != 200:
        assert set(answer.error) == {"message", "type", "param", "code"}
        assert answer.error["type"] == "invalid_request_error"
    text = answer.body.decode()
    assert str(server.root) not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("path", FIELDS)
def test_any_json_is_taken_or_refused(server, known, path):
    names = st.sampled_from(sorted(FIELDS[path]))
    base = {name: value for name, value in VALID.items() if name in FIELDS[path]}
    if "assistant_id" in FIELDS[path]:
        base["assistant_id"] = known["assistant"]

    @HOSTILE
    @given(st.dictionaries(names, VALUES, min_size=1, max_size=3), st.booleans())
    def refuses(body, is_based):
        sent = {**base, **body} if is_based else body
        check(server, server.post(path.format(**known), json.dumps(sent).encode()))

    refuses()
    assert server.get("//health").status == 200
    assert server.get(f"/threads/{known['thread']}/messages").status == 200


@HOSTILE
@given(body=st.binary(max_size=60))
def test_any_bytes_are_refused(server, body):
    answer = server.post("/assistants", body)
    check(server, answer)
    assert answer.status == 400


@HOSTILE
@given(
    parts=st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=9),
        max_size=7,
    ),
    query=st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=30
    ),
)
def test_any_path_and_query_find_something_or_nothing(server, parts, query):
    path = "/".join(["", *parts]).translate(str.maketrans("?#%", "___"))
    answer = server.request("GET", f"{path}?{query}")
    assert answer.status in (200, 400, 404, 405)
