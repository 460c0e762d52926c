"""client.beta.threads.runs without streams: the pollers, what the model is told, cancellation."""

import threading

import openai
import pytest

from understudy.testing.model_server import call_tools, cut, fail, hang, say


def answer_of(client, thread_id):
    newest = client.beta.threads.messages.list(thread_id, limit=1).data[0]
    return newest.content[0].text.value


def test_create_and_poll_returns_the_finished_run(client, server, assistant, ask, finish):
    usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
    server.model.script([say("Good day.", usage=usage)])
    thread = ask("Hello")
    run = finish(thread, assistant, timeout=90)
    assert run.status == "completed"
    assert run.usage.to_dict() == usage
    assert run.completed_at >= run.started_at >= run.created_at
    assert answer_of(client, thread.id) == "Good day."


def test_create_and_run_poll_makes_the_thread_too(client, server, assistant):
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": "Hello"}]},
        poll_interval_ms=50,
    )
    assert run.status == "completed"
    assert answer_of(client, run.thread_id) == "You said: Hello"


def test_the_model_is_told_instructions_and_messages_in_order(
    client, server, assistant, ask, finish
):
    thread = ask("One")
    finish(
        thread,
        assistant,
        additional_instructions="Rhyme.",
        additional_messages=[
            {"role": "assistant", "content": "Two"},
            {"role": "user", "content": "Three"},
        ],
    )
    system, *rest = server.model.requests[0].body["messages"]
    assert (system["role"], system["content"]) == ("system", "Be brief.\n\nRhyme.")
    assert [message["content"] for message in rest] == ["One", "Two", "Three"]


def test_settings_of_the_run_reach_the_model_unchanged(client, server, forecaster, ask, finish):
    schema = {"name": "report", "schema": {"type": "object", "properties": {}}, "strict": True}
    response_format = {"type": "json_schema", "json_schema": schema}
    choice = {"type": "function", "function": {"name": "weather"}}
    run = finish(
        ask(),
        forecaster,
        temperature=0,
        top_p=0.25,
        response_format=response_format,
        tool_choice=choice,
        parallel_tool_calls=False,
        metadata={"kind": "test"},
    )
    body = server.model.requests[0].body
    assert (body["temperature"], body["top_p"]) == (0, 0.25)
    assert body["response_format"] == response_format
    assert (body["tool_choice"], body["parallel_tool_calls"]) == (choice, False)
    assert run.to_dict()["response_format"] == response_format
    assert run.metadata == {"kind": "test"}


def test_a_run_is_a_snapshot_of_the_assistant(client, server, assistant, ask, finish):
    thread = ask()
    run = finish(thread, assistant)
    client.beta.assistants.update(assistant.id, instructions="Be long.", model="other")
    again = client.beta.threads.runs.retrieve(run.id, thread_id=thread.id)
    assert (again.instructions, again.model) == ("Be brief.", "test-model")


def test_truncation_sends_only_the_newest_messages(client, server, assistant, finish):
    thread = client.beta.threads.create(
        messages=[{"role": "user", "content": f"Number {n}"} for n in range(6)]
    )
    run = finish(
        thread, assistant, truncation_strategy={"type": "last_messages", "last_messages": 2}
    )
    told = [message["content"] for message in server.model.requests[0].body["messages"]]
    assert told == ["Be brief.", "Number 4", "Number 5"]
    assert run.truncation_strategy.last_messages == 2


def test_a_budget_of_prompt_tokens_drops_old_messages_but_never_the_newest(
    client, server, assistant, finish
):
    long = "word " * 400
    thread = client.beta.threads.create(
        messages=[{"role": "user", "content": f"{n} {long}"} for n in range(4)]
    )
    run = finish(thread, assistant, max_prompt_tokens=700)
    told = [message["content"][:2] for message in server.model.requests[0].body["messages"]]
    assert told == ["Be", "3 "]
    assert run.max_prompt_tokens == 700


def test_an_answer_cut_by_its_budget_makes_run_and_message_incomplete(
    client, server, assistant, ask, finish
):
    server.model.script([say("So far", finish_reason="length")])
    thread = ask()
    run = finish(thread, assistant, max_completion_tokens=256)
    message = client.beta.threads.messages.list(thread.id, run_id=run.id).data[0]
    assert run.status == "incomplete"
    assert run.incomplete_details.reason == "max_completion_tokens"
    assert (message.status, message.incomplete_details.reason) == ("incomplete", "max_tokens")


@pytest.mark.parametrize(
    ("answer", "code"),
    [(fail(429), "rate_limit_exceeded"), (fail(401), "server_error"), (cut(2), "server_error")],
    ids=["rate limit", "wrong key", "cut connection"],
)
def test_a_model_that_fails_fails_the_run_with_a_reason(
    client, server, assistant, ask, answer, code, finish
):
    server.model.script([answer] * 8)
    run = finish(ask(), assistant)
    assert (run.status, run.last_error.code) == ("failed", code)
    assert run.last_error.message
    assert run.failed_at


def test_a_run_that_waits_for_the_model_is_cancelled_and_the_thread_goes_on(
    client, server, assistant, ask, finish
):
    server.model.script([hang()])
    thread = ask()
    run = client.beta.threads.runs.create(thread.id, assistant_id=assistant.id)
    server.model.wait_for_request()
    with pytest.raises(openai.BadRequestError, match=f"already has an active run {run.id}"):
        client.beta.threads.runs.create(thread.id, assistant_id=assistant.id)
    with pytest.raises(openai.BadRequestError, match=f"while a run {run.id} is active"):
        client.beta.threads.messages.create(thread.id, role="user", content="Too soon")
    client.beta.threads.runs.cancel(run.id, thread_id=thread.id)
    over = client.beta.threads.runs.poll(run.id, thread_id=thread.id, poll_interval_ms=50)
    assert over.status == "cancelled"
    again = finish(thread, assistant)
    assert again.status == "completed"
    with pytest.raises(openai.BadRequestError, match="Cannot cancel run with status 'completed'"):
        client.beta.threads.runs.cancel(again.id, thread_id=thread.id)


def test_cancel_works_while_the_model_has_said_half_of_it(client, server, assistant, ask):
    gate = threading.Event()
    server.model.script([say(chunks=["Half ", gate, "and half"])])
    thread = ask()
    seen = []
    with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=assistant.id) as stream:
        for event in stream:
            seen.append(event.event)
            if event.event == "thread.message.delta":
                client.beta.threads.runs.cancel(stream.current_run.id, thread_id=thread.id)
    gate.set()
    assert seen[-1] == "thread.run.cancelled"
    message = client.beta.threads.messages.list(thread.id, limit=1).data[0]
    assert message.status == "incomplete"
    assert message.incomplete_details.reason == "run_cancelled"
    assert message.content[0].text.value == "Half "


def test_metadata_of_a_run_is_changed_before_and_after_its_end(
    client, server, forecaster, ask, finish
):
    server.model.script([call_tools([("weather", {"city": "Rome"})])])
    thread = ask()
    runs = client.beta.threads.runs
    run = finish(thread, forecaster)
    assert runs.update(run.id, thread_id=thread.id, metadata={"a": "1"}).metadata == {"a": "1"}
    runs.cancel(run.id, thread_id=thread.id)
    runs.poll(run.id, thread_id=thread.id, poll_interval_ms=50)
    runs.update(run.id, thread_id=thread.id, metadata={"b": "2"})
    assert runs.retrieve(run.id, thread_id=thread.id).metadata == {"b": "2"}


def test_runs_are_listed_in_pages_newest_first(client, server, assistant, ask, finish):
    thread = ask()
    made = [finish(thread, assistant).id for _ in range(3)]
    listed = client.beta.threads.runs.list(thread.id, limit=2)
    assert [run.id for run in listed] == made[::-1]


def test_a_refused_run_leaves_no_message_behind(client, server, forecaster, ask, finish):
    server.model.script([call_tools([("weather", {})])])
    thread = ask()
    finish(thread, forecaster)
    with pytest.raises(openai.BadRequestError, match="already has an active run"):
        client.beta.threads.runs.create(
            thread.id,
            assistant_id=forecaster.id,
            additional_messages=[{"role": "user", "content": "Never stored"}],
        )
    assert len(client.beta.threads.messages.list(thread.id).data) == 1


def test_an_assistant_with_a_code_interpreter_answers_without_it(client, server, ask, finish):
    assistant = client.beta.assistants.create(model="m", tools=[{"type": "code_interpreter"}])
    run = finish(ask(), assistant)
    assert run.status == "completed"
    assert [tool.type for tool in run.tools] == ["code_interpreter"]
    assert "tools" not in server.model.requests[0].body


def test_pollers_are_told_when_to_look_again_as_long_as_that_makes_sense(
    client, server, assistant, ask
):
    server.model.script([hang()])
    run = client.beta.threads.runs.create(ask().id, assistant_id=assistant.id)
    path = f"/threads/{run.thread_id}/runs/{run.id}"
    assert int(server.get(path).headers["openai-poll-after-ms"]) < 1000
    client.beta.threads.runs.cancel(run.id, thread_id=run.thread_id)
    client.beta.threads.runs.poll(run.id, thread_id=run.thread_id)
    assert "openai-poll-after-ms" not in server.get(path).headers
