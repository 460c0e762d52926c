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
    [(refuse, "/chat/completions", "no such model"), (talk, "/embeddings", "answers only")],
)
def test_a_refusal_is_an_answer_with_a_status(workshop, stream, path, expected):
    _, status, text = ask(workshop, stream, path)
    assert status == 404
    assert expected in json.loads(text)["error"]["message"]


def test_a_key_that_was_granted_is_not_sent_to_the_own_model(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    granted = choose(["process.env"], ["OPENAI_API_KEY"]).environment
    assert granted == {"OPENAI_API_KEY": "secret"}
    assert "secret" not in choose(["process.env"]).environment.values()
