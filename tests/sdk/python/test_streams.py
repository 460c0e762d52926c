"""Streams: the events and their order, the helper, and its iterators."""

import json
import threading

from openai.types.beta import AssistantStreamEvent
from pydantic import TypeAdapter

from understudy.testing.model_server import call_tools, fail, say

PLAIN = [
    "thread.run.created",
    "thread.run.queued",
    "thread.run.in_progress",
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
    "thread.message.delta",
    "thread.message.completed",
    "thread.run.step.completed",
    "thread.run.completed",
]
VALID = TypeAdapter(AssistantStreamEvent)


def strict(event):
    """The event, checked against the client's own types from its JSON."""
    return VALID.validate_json(json.dumps({"event": event.event, "data": event.data.to_dict()}))


def test_a_plain_answer_comes_as_the_documented_events(client, server, assistant, ask):
    server.model.script([say("Good day.")])
    events = list(client.beta.threads.runs.create(ask().id, assistant_id=assistant.id, stream=True))
    assert [event.event for event in events] == PLAIN
    for event in events:
        strict(event)
    created, completed = events[5].data, events[9].data
    assert created.content == []
    assert completed.content[0].text.value == "Good day."
    assert events[-1].data.status == "completed"
    assert all(event.data.delta.content[0].index == 0 for event in events[7:9])


def test_create_and_run_streams_the_thread_first(client, server, assistant):
    stream = client.beta.threads.create_and_run(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": "Hi there"}]},
        stream=True,
    )
    events = list(stream)
    assert events[0].event == "thread.created"
    assert events[1].data.thread_id == events[0].data.id
    assert events[-1].event == "thread.run.completed"


def test_the_helper_collects_text_messages_steps_and_the_run(client, server, assistant, ask):
    server.model.script([say("Good day.")])
    with client.beta.threads.runs.stream(thread_id=ask().id, assistant_id=assistant.id) as stream:
        assert "".join(stream.text_deltas) == "Good day."
        [message] = stream.get_final_messages()
        [step] = stream.get_final_run_steps()
        run = stream.get_final_run()
    assert message.content[0].text.value == "Good day."
    assert step.step_details.message_creation.message_id == message.id
    assert run.status == "completed"


def test_create_and_run_stream_and_create_and_stream_work_too(client, server, assistant, ask):
    thread = {"messages": [{"role": "user", "content": "Hi"}]}
    with client.beta.threads.create_and_run_stream(
        assistant_id=assistant.id, thread=thread
    ) as stream:
        assert stream.get_final_messages()[0].content[0].text.value == "You said: Hi"
    with client.beta.threads.runs.create_and_stream(
        thread_id=ask().id, assistant_id=assistant.id
    ) as stream:
        stream.until_done()
        assert stream.get_final_run().status == "completed"


def test_deltas_arrive_while_the_model_is_still_writing(client, server, assistant, ask):
    gate = threading.Event()
    server.model.script([say(chunks=["First ", gate, "second"])])
    with client.beta.threads.runs.stream(thread_id=ask().id, assistant_id=assistant.id) as stream:
        deltas = iter(stream.text_deltas)
        assert next(deltas) == "First "
        assert not server.model.requests[0].answered.is_set()
        gate.set()
        assert list(deltas) == ["second"]


def test_the_next_message_can_be_posted_when_the_run_completes(client, server, assistant, ask):
    thread = ask("Zero")
    for number in ("One", "Two"):
        for event in client.beta.threads.runs.create(
            thread.id, assistant_id=assistant.id, stream=True
        ):
            if event.event == "thread.run.completed":
                client.beta.threads.messages.create(thread.id, role="user", content=number)
    texts = [
        message.content[0].text.value
        for message in client.beta.threads.messages.list(thread.id, order="asc")
    ]
    assert texts == ["Zero", "You said: Zero", "One", "You said: One", "Two"]


def test_a_failing_model_ends_the_stream_with_the_failed_run(client, server, assistant, ask):
    server.model.script([fail(400, "too long")])
    events = list(client.beta.threads.runs.create(ask().id, assistant_id=assistant.id, stream=True))
    assert events[-1].event == "thread.run.failed"
    assert "too long" in events[-1].data.last_error.message
    strict(events[-1])


def test_text_before_a_call_is_a_finished_message_of_its_own(client, server, forecaster, ask):
    server.model.script([call_tools([("weather", {"city": "Rome"})], text="Let me look.")])
    names = [
        event.event
        for event in client.beta.threads.runs.create(
            ask().id, assistant_id=forecaster.id, stream=True
        )
    ]
    assert names.index("thread.message.completed") < names.index("thread.run.step.delta")
    assert names[-1] == "thread.run.requires_action"
    assert names.count("thread.run.step.created") == 2
    assert names.count("thread.run.step.completed") == 1


def test_the_stream_of_outputs_begins_with_the_finished_step(
    client, server, forecaster, ask, finish
):
    two = [("weather", {"city": "Rome"}), ("weather", {"city": "Oslo"})]
    server.model.script([call_tools(two), say("Sunny.")])
    thread = ask()
    run = finish(thread, forecaster)
    calls = run.required_action.submit_tool_outputs.tool_calls
    events = list(
        client.beta.threads.runs.submit_tool_outputs(
            run.id,
            thread_id=thread.id,
            tool_outputs=[{"tool_call_id": call.id, "output": "sun"} for call in calls],
            stream=True,
        )
    )
    names = [event.event for event in events]
    assert names[:4] == [
        "thread.run.step.completed",
        "thread.run.queued",
        "thread.run.in_progress",
        "thread.run.step.created",
    ]
    assert names[-1] == "thread.run.completed"
    made = events[0].data.step_details.tool_calls
    assert [call.function.output for call in made] == ["sun", "sun"]
    for event in events:
        strict(event)
