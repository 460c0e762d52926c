"""http://model.understudy/v1: the assistant's own model, as packages for OpenAI's API see it."""

from __future__ import annotations

import json

import pytest

from understudy.errors import ModelError
from understudy_v8.web import choose

from .conftest import ScriptRun

ASK = """
export async function* invoke(run) {
  const url = process.env.OPENAI_BASE_URL + run.lastMessage.text;
  const messages = [{ role: "user", content: "hi" }];
  const body = JSON.stringify({ model: "gpt", messages, stream: true });
  const answer = await fetch(url, { method: "POST", body });
  yield JSON.stringify([answer.status, await answer.text()]);
}
"""


def ask(workshop, stream, path="/chat/completions"):
    run = ScriptRun(path)
    run.streams["model"] = stream
    (shown,) = workshop.invoke(ASK, run)
    return run, *json.loads(shown)


async def talk(_payload):
    yield {"text": "Ci"}
    yield {"text": "ao", "finish_reason": "stop"}
    yield {"usage": {"total_tokens": 3}}


def test_a_body_that_comes_as_a_stream_is_understood_too(workshop):
    run = ScriptRun("/chat/completions")
    run.streams["model"] = talk
    code = ASK.replace("body })", 'body: new Blob([body]).stream(), duplex: "half" })')
    (shown,) = workshop.invoke(code, run)
    status, text = json.loads(shown)
    assert status == 200
    assert text.endswith("data: [DONE]\n\n")
    assert run.asked[0][1]["messages"] == [{"role": "user", "content": "hi"}]


def test_chunks_become_events_and_the_named_model_does_not_count(workshop):
    run, status, text = ask(workshop, talk)
    *events, done, end = text.split("\n\n")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert (status, done, end) == (200, "data: [DONE]", "")
    said = [choice["delta"].get("content") for chunk in chunks for choice in chunk["choices"]]
    assert "".join(filter(None, said)) == "Ciao"
    assert chunks[-1]["usage"] == {"total_tokens": 3}
    assert run.asked == [("model", {"messages": [{"role": "user", "content": "hi"}]})]


async def refuse(_payload):
    raise ModelError("no such model", kind="not_found", status=404)
    yield


@pytest.mark.parametrize(
    ("stream", "path", "expected"),
    [(refuse, "/chat/completions", "no such model"), (talk, "/images", "answers only")],
)
def test_a_refusal_is_an_answer_with_a_status(workshop, stream, path, expected):
    _, status, text = ask(workshop, stream, path)
    assert status == 404
    assert expected in json.loads(text)["error"]["message"]


RESPOND = """
export async function invoke(run) {
  const url = process.env.OPENAI_BASE_URL + "/responses";
  const answer = await fetch(url, { method: "POST", body: run.lastMessage.text });
  return JSON.stringify([answer.status, await answer.text()]);
}
"""


def respond(workshop, body):
    run = ScriptRun(json.dumps(body))
    run.streams["model"] = talk
    (shown,) = workshop.invoke(RESPOND, run)
    return run, *json.loads(shown)


def test_the_words_of_the_responses_api_become_the_models(workshop):
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    body = {
        "stream": True,
        "instructions": "Be kind.",
        "input": [
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
            call,
            call | {"call_id": "d"},
            {"type": "function_call_output", "call_id": "c", "output": "1"},
        ],
        "tools": [{"type": "function", "name": "f", "parameters": {}}],
        "tool_choice": {"type": "function", "name": "f"},
        "text": {"format": {"type": "json_schema", "name": "s", "schema": {}}},
        "max_output_tokens": 9,
        "reasoning": {"effort": "low"},
    }
    run, status, text = respond(workshop, body)
    (asked,) = [payload for kind, payload in run.asked if kind == "model"]
    system, developer, user, calls, result = asked["messages"]
    assert [system["content"], developer["role"], developer["content"]] == [
        "Be kind.",
        "system",
        "Be short.",
    ]
    assert user["content"] == [{"type": "text", "text": "hi"}]
    assert [each["id"] for each in calls["tool_calls"]] == ["c", "d"]
    assert result == {"role": "tool", "tool_call_id": "c", "content": "1"}
    assert asked["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert asked["response_format"]["json_schema"] == {"name": "s", "schema": {}}
    assert (asked["max_completion_tokens"], asked["reasoning_effort"]) == (9, "low")
    events = [json.loads(each.partition("data: ")[2]) for each in text.strip().split("\n\n")]
    assert status == 200
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "Ciao"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "`input` must be"),
        ({"input": [3]}, "`input[0]`"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "`input[0]`"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "'input_file'"),
        ({"input": "hi", "tools": [{"type": "web_search"}]}, "tools of the type `function`"),
        ({"input": "hi", "tools": 3}, "`tools`"),
        ({"input": "hi", "text": "json"}, "`text`"),
        ({"input": "hi", "reasoning": 3}, "`reasoning`"),
        ({"input": "hi", "previous_response_id": "resp_1"}, "`previous_response_id`"),
    ],
)
def test_what_responses_cannot_have_is_refused_with_a_reason(workshop, body, expected):
    run, status, text = respond(workshop, body)
    assert status == 400
    assert expected in json.loads(text)["error"]["message"]
    assert run.asked == []


def test_a_key_that_was_granted_is_not_sent_to_the_own_model(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    granted = choose(["process.env"], ["OPENAI_API_KEY"]).environment
    assert granted == {"OPENAI_API_KEY": "secret"}
    assert "secret" not in choose(["process.env"]).environment.values()
