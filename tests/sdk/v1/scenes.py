"""What code of early 2024 does, run with openai 1.20.0: `python scenes.py NAME`.

Understands nothing of Understudy: the address and the key come from the environment.
"""

import json
import re
import sys

from openai import OpenAI
from openai.lib.streaming import AssistantEventHandler

client = OpenAI(_strict_response_validation=True, max_retries=0)
beta = client.beta
FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def upload(text=b"The library opens at nine."):
    return client.files.create(file=("notes.txt", text), purpose="assistants").id


def assistants():
    one, two = upload(), upload(b"Two")
    made = beta.assistants.create(
        model="test-model", tools=[{"type": "retrieval"}, FUNCTION], file_ids=[one]
    )
    assert [tool.type for tool in made.tools] == ["retrieval", "function"]
    assert made.file_ids == [one]
    changed = beta.assistants.update(made.id, file_ids=[one, two], name="Clerk")
    assert (changed.file_ids, changed.name) == ([one, two], "Clerk")
    assert beta.assistants.update(made.id, name="Other").file_ids == [one, two]
    assert beta.assistants.retrieve(made.id).file_ids == [one, two]
    assert made.id in [each.id for each in beta.assistants.list(limit=1)]
    assert beta.assistants.delete(made.id).deleted


def assistant_files():
    one, two = upload(), upload(b"Two")
    made = beta.assistants.create(model="test-model", tools=[{"type": "retrieval"}])
    attached = beta.assistants.files.create(made.id, file_id=one)
    assert (attached.object, attached.assistant_id) == ("assistant.file", made.id)
    beta.assistants.files.create(made.id, file_id=two)
    listed = beta.assistants.files.list(made.id, order="asc", limit=1)
    assert [file.id for file in listed] == [one, two]
    assert beta.assistants.files.retrieve(one, assistant_id=made.id).id == one
    gone = beta.assistants.files.delete(one, assistant_id=made.id)
    assert (gone.object, gone.deleted) == ("assistant.file.deleted", True)
    assert client.files.retrieve(one).id == one
    client.files.delete(two)
    assert beta.assistants.retrieve(made.id).file_ids == []


def messages():
    file_id = upload()
    thread = beta.threads.create(
        messages=[{"role": "user", "content": "Look.", "file_ids": [file_id]}]
    )
    [first] = beta.threads.messages.list(thread.id)
    assert first.file_ids == [file_id]
    second = beta.threads.messages.create(
        thread.id, role="user", content="Again.", file_ids=[file_id]
    )
    [file] = beta.threads.messages.files.list(second.id, thread_id=thread.id)
    assert (file.object, file.message_id) == ("thread.message.file", second.id)
    found = beta.threads.messages.files.retrieve(file_id, thread_id=thread.id, message_id=second.id)
    assert found == file
    third = beta.threads.messages.create(thread.id, role="user", content="Bare.")
    assert third.file_ids == []


def runs():
    made = beta.assistants.create(model="test-model", tools=[FUNCTION], file_ids=[upload()])
    run = beta.threads.create_and_run_poll(
        assistant_id=made.id,
        thread={"messages": [{"role": "user", "content": "Rome?"}]},
        poll_interval_ms=20,
    )
    assert (run.status, run.file_ids) == ("requires_action", made.file_ids)
    [call] = run.required_action.submit_tool_outputs.tool_calls
    over = beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=run.thread_id,
        tool_outputs=[{"tool_call_id": call.id, "output": "sun"}],
        poll_interval_ms=20,
    )
    assert over.status == "completed"
    steps = beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc")
    assert [step.type for step in steps] == ["tool_calls", "message_creation"]


def snapshots():
    one, two = upload(), upload(b"Two")
    made = beta.assistants.create(model="test-model", tools=[FUNCTION], file_ids=[one])
    thread = {"messages": [{"role": "user", "content": "Rome?"}]}
    for event in beta.threads.create_and_run(assistant_id=made.id, thread=thread, stream=True):
        if event.event == "thread.run.requires_action":
            run = event.data
    beta.assistants.update(made.id, file_ids=[two])
    beta.assistants.files.delete(two, assistant_id=made.id)
    assert beta.threads.runs.retrieve(run.id, thread_id=run.thread_id).file_ids == [one]
    assert [each.file_ids for each in beta.threads.runs.list(run.thread_id)] == [[one]]
    assert beta.threads.runs.cancel(run.id, thread_id=run.thread_id).file_ids == [one]


def later(thread_id, run_id):
    """Objects that a program of the second version made."""
    run = beta.threads.runs.retrieve(run_id, thread_id=thread_id)
    assert run.response_format.type == "json_object"
    made = beta.assistants.retrieve(run.assistant_id)
    assert [tool.type for tool in made.tools] == ["retrieval"]
    assert not {"tool_resources", "temperature", "top_p", "response_format"} & set(made.model_extra)
    assert not {"parallel_tool_calls", "top_p"} & set(run.model_extra)
    answer, question = beta.threads.messages.list(thread_id)
    assert [part.text.value for part in question.content] == ["Look.", "https://example.com/a.png"]
    assert [part.text.value for part in answer.content] == ["I will not."]


def retrieval():
    file_id = upload()
    made = beta.assistants.create(
        model="test-model", tools=[{"type": "retrieval"}], file_ids=[file_id]
    )
    thread = beta.threads.create(messages=[{"role": "user", "content": "When?"}])
    names = []

    class Handler(AssistantEventHandler):
        def on_tool_call_created(self, tool_call):
            names.append(tool_call.type)

    with beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=made.id, event_handler=Handler()
    ) as stream:
        stream.until_done()
        [message] = stream.get_final_messages()
    assert names == ["retrieval"]
    [citation] = message.content[0].text.annotations
    assert citation.file_citation.file_id == file_id
    assert citation.file_citation.quote == "The library opens at nine."
    text = message.content[0].text.value
    assert re.fullmatch("【[0-9]+†source】", citation.text)
    assert text[citation.start_index : citation.end_index] == citation.text
    stored = beta.threads.messages.retrieve(message.id, thread_id=thread.id)
    assert stored.content == message.content
    called, _ = beta.threads.runs.steps.list(message.run_id, thread_id=thread.id, order="asc")
    assert called.step_details.tool_calls[0].type == "retrieval"


def streams():
    made = beta.assistants.create(model="test-model")
    thread = beta.threads.create(messages=[{"role": "user", "content": "Hi"}])
    with beta.threads.runs.stream(thread_id=thread.id, assistant_id=made.id) as stream:
        assert "".join(stream.text_deltas) == "You said: Hi"
    thread = {"messages": [{"role": "user", "content": "Hi"}]}
    events = beta.threads.create_and_run(assistant_id=made.id, thread=thread, stream=True)
    for event in events:
        json.dumps(event.model_dump())
    assert event.event == "thread.run.completed"


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
