"""Functions: made by the client, by the assistant's own code, and by both in one turn."""

import json

import openai
import pytest

from understudy.testing.model_server import call_tools, say

FUNCTION = {"type": "function", "function": {"name": "stamp", "parameters": {"type": "object"}}}
CODE = """
export const tools = [
  { name: "roll", parameters: { type: "object" }, execute: ({ sides }) => `rolled 4 of ${sides}` },
];
"""


def calls_of(run):
    return run.required_action.submit_tool_outputs.tool_calls


def outputs(run, text="sun"):
    return [
        {"tool_call_id": call.id, "output": f"{text} {n}"} for n, call in enumerate(calls_of(run))
    ]


@pytest.fixture
def gambler(server, client):
    """An assistant whose code rolls dice, while only the client can stamp."""
    folder = server.root / "assistants" / "gambler"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "index.js").write_text(CODE)
    (folder / "assistant.json").write_text(json.dumps({"model": "test-model", "tools": [FUNCTION]}))
    return client.beta.assistants.retrieve("gambler")


def test_submit_tool_outputs_and_poll_finishes_the_run(client, server, forecaster, ask, finish):
    server.model.script([call_tools([("weather", {"city": "Rome"})]), say("Sunny.")])
    run = finish(ask(), forecaster)
    assert run.status == "requires_action"
    [call] = calls_of(run)
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "weather",
        {"city": "Rome"},
    )
    over = client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run), poll_interval_ms=20
    )
    assert (over.status, over.required_action) == ("completed", None)
    asked, told = server.model.requests[1].body["messages"][-2:]
    assert asked["tool_calls"][0]["id"] == call.id == told["tool_call_id"]
    assert told["content"] == "sun 0"


def test_parallel_calls_are_answered_together_in_any_order(client, server, forecaster, ask, finish):
    cities = [("weather", {"city": city}) for city in ("Rome", "Oslo", "Cairo")]
    server.model.script([call_tools(cities), say("Mixed.")])
    run = finish(ask(), forecaster)
    client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run)[::-1], poll_interval_ms=20
    )
    told = [m["content"] for m in server.model.requests[1].body["messages"] if m["role"] == "tool"]
    assert sorted(told) == ["sun 0", "sun 1", "sun 2"]


@pytest.mark.parametrize("kind", ["too few", "too many", "twice", "unknown"])
def test_the_wrong_set_of_outputs_is_refused_and_the_run_waits_on(
    client, server, forecaster, ask, finish, kind
):
    two = [("weather", {"city": "Rome"}), ("weather", {"city": "Oslo"})]
    server.model.script([call_tools(two), say("Sunny.")])
    run = finish(ask(), forecaster)
    right = outputs(run)
    extra = {"tool_call_id": "call_x", "output": ""}
    wrong = {
        "too few": right[:1],
        "too many": [*right, extra],
        "twice": [*right, right[0]],
        "unknown": [right[0], extra],
    }[kind]
    runs = client.beta.threads.runs
    with pytest.raises(openai.BadRequestError) as refused:
        runs.submit_tool_outputs(run.id, thread_id=run.thread_id, tool_outputs=wrong)
    assert "tool_outputs" in str(refused.value.param)
    assert runs.retrieve(run.id, thread_id=run.thread_id).status == "requires_action"
    over = runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=right, poll_interval_ms=20
    )
    assert over.status == "completed"
    with pytest.raises(openai.BadRequestError, match='status "completed" do not accept'):
        runs.submit_tool_outputs(run.id, thread_id=run.thread_id, tool_outputs=right)


@pytest.mark.parametrize("arguments", ['{"city": ', "", "[1]", '{"city":  "Rom\\u00e9"}'])
def test_arguments_are_passed_on_verbatim_valid_or_not(server, forecaster, ask, finish, arguments):
    server.model.script([call_tools([("weather", arguments)])])
    run = finish(ask(), forecaster)
    assert calls_of(run)[0].function.arguments == arguments


def test_steps_tell_what_was_called_and_what_came_back(client, server, forecaster, ask, finish):
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    server.model.script([call_tools([("weather", {"city": "Rome"})]), say("Sunny.", usage=usage)])
    run = finish(ask(), forecaster)
    steps = client.beta.threads.runs.steps
    [waiting] = steps.list(run.id, thread_id=run.thread_id).data
    assert (waiting.status, waiting.usage) == ("in_progress", None)
    assert waiting.step_details.tool_calls[0].function.output is None
    client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run), poll_interval_ms=20
    )
    called, written = steps.list(run.id, thread_id=run.thread_id, order="asc")
    assert called.step_details.tool_calls[0].function.output == "sun 0"
    assert (called.status, written.status) == ("completed", "completed")
    assert written.usage.to_dict() == usage
    assert steps.retrieve(called.id, run_id=run.id, thread_id=run.thread_id) == called
    paged = steps.list(run.id, thread_id=run.thread_id, order="asc", limit=1)
    assert [step.id for step in paged] == [called.id, written.id]


def test_the_code_s_functions_are_made_by_the_host_and_only_the_rest_is_asked_for(
    client, server, gambler, ask, finish
):
    both = [("roll", {"sides": 6}), ("stamp", {})]
    server.model.script([call_tools(both), say("Done.")])
    run = finish(ask(), gambler)
    [asked] = calls_of(run)
    assert asked.function.name == "stamp"
    [waiting] = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id)
    made = {c.function.name: c.function.output for c in waiting.step_details.tool_calls}
    assert (waiting.status, made) == ("in_progress", {"roll": "rolled 4 of 6", "stamp": None})
    over = client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run, "stamped"),
        poll_interval_ms=20,
    )  # fmt: skip
    assert over.status == "completed"
    called, _ = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc")
    made = {c.function.name: c.function.output for c in called.step_details.tool_calls}
    assert made == {"roll": "rolled 4 of 6", "stamp": "stamped 0"}
    told = [m["content"] for m in server.model.requests[1].body["messages"] if m["role"] == "tool"]
    assert told == ["rolled 4 of 6", "stamped 0"]


def test_a_stream_shows_what_the_host_s_call_gave_before_it_waits(client, server, gambler, ask):
    server.model.script([call_tools([("stamp", {}), ("roll", {"sides": 6})])])
    with client.beta.threads.runs.stream(thread_id=ask().id, assistant_id=gambler.id) as stream:
        stream.until_done()
        [step] = stream.get_final_run_steps()
    made = [(c.function.name, c.function.output) for c in step.step_details.tool_calls]
    assert made == [("stamp", None), ("roll", "rolled 4 of 6")]


def test_a_turn_that_only_the_host_is_asked_in_never_waits(server, gambler, ask, finish):
    server.model.script([call_tools([("roll", {"sides": 20})]), say("A four.")])
    assert finish(ask(), gambler).status == "completed"
