"""`/v1/responses`: an assistant's run as a response, asked by the official client."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from understudy.testing.model_server import call_tools, cut, fail, hang, say

CLOCK = {
    "type": "function",
    "name": "clock",
    "description": "The time in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


def ask(client, said="Hi", **options):
    return client.responses.create(**{"model": "jan", "input": said, **options})


def chat(server, number=1):
    """What the model was told, without the assistant's own instructions."""
    messages = server.model.wait_for_request(number).body["messages"]
    return [message for message in messages if message["role"] != "system"]


def test_an_assistant_answers_and_the_response_can_be_read_again(client, server):
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    server.model.script([say("Hello there.", usage=usage)])
    response = ask(client, instructions="Be brief.", metadata={"k": "v"}, max_output_tokens=50)
    assert response.output_text == "Hello there."
    assert (response.status, response.model, response.instructions) == (
        "completed",
        "jan",
        "Be brief.",
    )
    assert (response.usage.input_tokens, response.usage.output_tokens) == (7, 3)
    assert response.metadata == {"k": "v"} and response.max_output_tokens == 50
    assert client.responses.retrieve(response.id) == response
    system = server.model.wait_for_request().body["messages"][0]
    assert system["content"].endswith("Be brief.")


def test_a_stream_tells_each_word_as_it_comes_and_ends_with_what_is_stored(client, server):
    gate = threading.Event()
    server.model.script([say(chunks=["One ", gate, "two."])])
    names, deltas = [], []
    with client.responses.stream(model="jan", input="Hi") as stream:
        for event in stream:
            names.append(event.type)
            if event.type == "response.output_text.delta":
                deltas.append(event.delta)
                gate.set()
        final = stream.get_final_response()
    assert deltas == ["One ", "two."]
    assert names == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert final.output_text == "One two."
    stored = client.responses.retrieve(final.id).to_dict()
    assert stored == client.responses.with_raw_response.retrieve(final.id).parse().to_dict()
    assert stored["output"][0]["content"][0]["text"] == "One two."


def test_events_are_numbered_and_a_stream_can_be_rejoined_behind_any_of_them(client):
    events = list(ask(client, "one two three", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    response_id = events[0].response.id
    again = client.responses.retrieve(response_id, stream=True, starting_after=3)
    assert [e.to_dict() for e in again] == [e.to_dict() for e in events[4:]]


def test_a_chain_of_responses_is_one_conversation(client, server):
    server.model.script([say("I am Jan."), say("You asked my name.")])
    first = ask(client, "Who are you?")
    second = ask(client, "What did I ask?", previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert [message["content"] for message in chat(server, 2)] == [
        "Who are you?",
        "I am Jan.",
        "What did I ask?",
    ]
    items = client.responses.input_items.list(second.id).data
    assert [item.content[0].text for item in items] == ["What did I ask?"]


def test_two_responses_can_follow_the_same_one(client, server):
    first = ask(client, "root")
    left = ask(client, "left", previous_response_id=first.id)
    right = ask(client, "right", previous_response_id=first.id)
    last = ask(client, "more", previous_response_id=left.id)
    told = [[m["content"] for m in chat(server, n) if m["role"] == "user"] for n in (2, 3, 4)]
    assert told == [["root", "left"], ["root", "right"], ["root", "left", "more"]]
    assert len({first.id, left.id, right.id, last.id}) == 4
    assert client.responses.input_items.list(right.id).data[0].content[0].text == "right"
    assert len(client.responses.input_items.list(right.id).data) == 1


def test_responses_that_follow_the_same_one_at_once_all_succeed(client, server):
    first = ask(client, "root")
    with ThreadPoolExecutor(4) as pool:
        texts = list(
            pool.map(
                lambda n: ask(client, str(n), previous_response_id=first.id).output_text, range(4)
            )
        )
    assert texts == [f"You said: {n}" for n in range(4)]


def test_a_function_is_called_by_the_client_and_its_output_goes_on(client, server):
    server.model.script(
        [call_tools([("clock", {"city": "Rome"})], text="Let me see."), say("Noon.")]
    )
    asked = ask(client, "Time?", tools=[CLOCK], tool_choice={"type": "function", "name": "clock"})
    assert asked.status == "completed"
    assert asked.tool_choice.to_dict() == {"type": "function", "name": "clock"}
    message, call = asked.output
    assert message.content[0].text == "Let me see."
    assert (call.name, json.loads(call.arguments)) == ("clock", {"city": "Rome"})
    assert client.responses.retrieve(asked.id) == asked
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "12:00"}
    answer = ask(client, [output], previous_response_id=asked.id, tools=[CLOCK])
    assert answer.output_text == "Noon."
    function = {"name": "clock", "arguments": call.arguments}
    assert chat(server, 2) == [
        {"role": "user", "content": "Time?"},
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [{"id": call.call_id, "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": call.call_id, "content": "12:00"},
    ]


def test_a_call_is_streamed_as_an_item(client, server):
    server.model.script([call_tools([("clock", {"city": "Rome"})])])
    with client.responses.stream(model="jan", input="Time?", tools=[CLOCK]) as stream:
        names = [event.type for event in stream]
        [call] = stream.get_final_response().output
    assert names[2:] == [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert json.loads(call.arguments) == {"city": "Rome"}


def test_a_client_may_keep_the_conversation_itself(client, server):
    server.model.script([call_tools([("clock", {})]), say("Noon.")])
    items = [{"role": "user", "content": "Time?"}]
    asked = ask(client, items, tools=[CLOCK], store=False)
    items += [item.to_dict() for item in asked.output]
    items.append(
        {"type": "function_call_output", "call_id": asked.output[0].call_id, "output": "12"}
    )
    assert ask(client, items, tools=[CLOCK], store=False).output_text == "Noon."
    assert [message["role"] for message in chat(server, 2)] == ["user", "assistant", "tool"]


def test_calls_that_get_no_output_are_refused(client, server):
    server.model.script([call_tools([("clock", {})])])
    asked = ask(client, tools=[CLOCK])
    with pytest.raises(openai.BadRequestError, match=asked.output[0].call_id):
        ask(client, "Never mind.", previous_response_id=asked.id)
    stray = {"type": "function_call_output", "call_id": "call_nobody", "output": "12:00"}
    with pytest.raises(openai.BadRequestError, match="call_nobody"):
        ask(client, [stray])


def test_of_both_kinds_of_calls_the_hosts_results_are_not_lost(client, server):
    folder = server.root / "assistants" / "dicer"
    (folder / "src").mkdir(parents=True)
    (folder / "assistant.json").write_text("{}")
    code = "export const tools = [{ name: 'roll', execute: () => '4' }];"
    (folder / "src" / "index.js").write_text(code)
    server.model.script([call_tools([("roll", {}), ("clock", {})]), say("Done.")])
    asked = ask(client, model="dicer", tools=[CLOCK])
    [call] = asked.output
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "12:00"}
    ask(client, [output], model="dicer", previous_response_id=asked.id, tools=[CLOCK])
    _, said, *outputs = chat(server, 2)
    assert [made["function"]["name"] for made in said["tool_calls"]] == ["roll", "clock"]
    assert [output["content"] for output in outputs] == ["4", "12:00"]
    server.model.script([say("Done.")])
    kept = [{"role": "user", "content": "Hi"}, call.to_dict(), output]
    ask(client, kept, model="dicer", store=False, tools=[CLOCK])
    _, said, *outputs = chat(server, 3)
    assert [made["function"]["name"] for made in said["tool_calls"]] == ["roll", "clock"]
    assert [output["content"] for output in outputs] == ["4", "12:00"]


@pytest.mark.parametrize("store", [True, False])
def test_what_the_host_has_searched_in_the_same_turn_is_not_lost(client, server, store):
    hours = client.vector_stores.create()
    client.vector_stores.files.upload_and_poll(
        vector_store_id=hours.id, file=("hours.txt", b"The library opens at nine.")
    )
    made = client.beta.assistants.create(
        model="m",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [hours.id]}},
    )
    turn = call_tools([("file_search", {"query": "opens"}), ("clock", {})])
    server.model.script([turn, say("Nine.")])
    asked = ask(client, model=made.id, tools=[CLOCK], store=store)
    [call] = asked.output
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "12:00"}
    said = [output] if store else [call.to_dict(), output]
    before = {"previous_response_id": asked.id} if store else {}
    ask(client, said, model=made.id, tools=[CLOCK], store=store, **before)
    told = [m["content"] for m in chat(server, 2) if m["role"] == "tool"]
    assert "opens at nine" in told[0] and told[1] == "12:00"


def everything(root):
    return sorted(path for path in root.rglob("*") if ".understudy" not in path.parts)


def test_a_response_that_is_not_to_be_stored_leaves_nothing(client, server):
    first = ask(client, "root")
    before = everything(server.root)
    response = ask(client, "leaf", store=False, previous_response_id=first.id)
    assert [m["content"] for m in chat(server, 2) if m["role"] == "user"] == ["root", "leaf"]
    assert everything(server.root) == before
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response.id)


def test_responses_survive_a_kill(start_server, connect, model):
    server = start_server()
    client = connect(server)
    model.script([call_tools([("clock", {})])])
    asked = ask(client, "Time?", tools=[CLOCK])
    server.kill()
    server.start()
    client = connect(server)
    assert client.responses.retrieve(asked.id) == asked
    output = {"type": "function_call_output", "call_id": asked.output[0].call_id, "output": "12:00"}
    model.script([say("Noon.")])
    assert ask(client, [output], previous_response_id=asked.id).output_text == "Noon."


def test_a_response_in_the_background_is_fetched_or_cancelled_later(client, server):
    gate = threading.Event()
    server.model.script([say(chunks=["Slow.", gate]), hang(after=1)])
    begun = ask(client, background=True)
    assert begun.status in ("queued", "in_progress")
    server.model.wait_for_request()
    assert client.responses.retrieve(begun.id).status == "in_progress"
    gate.set()
    list(client.responses.retrieve(begun.id, stream=True))
    assert client.responses.retrieve(begun.id).output_text == "Slow."
    hanging = ask(client, background=True)
    server.model.wait_for_request(2)
    assert client.responses.cancel(hanging.id).status == "cancelled"
    assert client.responses.cancel(begun.id).status == "completed"


def test_a_deleted_response_is_gone_and_its_followers_remember(client, server):
    first = ask(client, "root")
    second = ask(client, "leaf", previous_response_id=first.id)
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    ask(client, "more", previous_response_id=second.id)
    assert [m["content"] for m in chat(server, 3) if m["role"] == "user"] == [
        "root",
        "leaf",
        "more",
    ]


def test_the_thread_goes_with_its_only_response(client, server):
    before = everything(server.root / "threads")
    client.responses.delete(ask(client).id)
    assert everything(server.root / "threads") == before


def test_the_form_of_the_answer_is_asked_of_the_model_and_shown(client, server):
    text_format = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    response = ask(client, text={"format": text_format, "verbosity": "low"}, temperature=0, top_p=1)
    assert response.text.format.to_dict() == text_format
    body = server.model.wait_for_request().body
    schema = {"name": "n", "schema": {"type": "object"}, "strict": True}
    assert body["response_format"] == {"type": "json_schema", "json_schema": schema}
    assert (body["verbosity"], body["temperature"], body["top_p"]) == ("low", 0, 1)


def test_images_and_system_items_reach_the_model(client, server):
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"}
    said = {"role": "user", "content": [{"type": "input_text", "text": "What?"}, picture]}
    first = ask(client, [{"role": "developer", "content": "Be kind."}, said])
    ask(client, "And?", previous_response_id=first.id)
    assert chat(server)[0]["content"][1] == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"},
    }
    for number in (1, 2):
        system = server.model.wait_for_request(number).body["messages"][0]["content"]
        assert system.endswith("Be kind.")


def test_an_answer_that_is_cut_off_is_incomplete(client, server):
    server.model.script([say("Too lo", finish_reason="length")] * 2)
    response = ask(client, max_output_tokens=16)
    assert (response.status, response.incomplete_details.reason) == (
        "incomplete",
        "max_output_tokens",
    )
    assert response.output[0].status == "incomplete"
    assert list(ask(client, stream=True))[-1].type == "response.incomplete"


def test_an_answer_that_is_filtered_is_incomplete_too(client, server):
    server.model.script([say("Too lo", finish_reason="content_filter")])
    assert ask(client).incomplete_details.reason == "content_filter"


def test_a_failing_model_is_an_error_and_in_a_stream_a_failed_response(client, server):
    server.model.script([fail(400, "bad picture"), cut(after=1)])
    with pytest.raises(openai.BadRequestError, match="bad picture"):
        ask(client)
    last = list(ask(client, stream=True))[-1]
    assert (last.type, last.response.status) == ("response.failed", "failed")
    assert client.responses.retrieve(last.response.id).error.code == "server_error"


def test_a_client_that_leaves_a_stream_can_come_back(server, connect):
    gate = threading.Event()
    server.model.script([say(chunks=["One ", gate, "two."])])

    async def leave():
        async with connect(server, openai.AsyncOpenAI) as client:
            stream = await client.responses.create(model="jan", input="Hi", stream=True)
            async for event in stream:
                if event.type == "response.output_text.delta":
                    await stream.close()
                    return event.sequence_number

    last = asyncio.run(leave())
    gate.set()
    [thread] = server.get("/threads?limit=1").json()["data"]
    [run] = server.get(f"/threads/{thread['id']}/runs").json()["data"]
    response_id = f"resp_{run['id'][4:]}{thread['id'][7:]}"
    again = list(connect(server).responses.retrieve(response_id, stream=True, starting_after=last))
    assert [e.delta for e in again if e.type == "response.output_text.delta"] == ["two."]
    assert again[-1].response.output_text == "One two."


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": "Hi"}, "model"),
        ({"model": "jan", "input": 7}, "input"),
        ({"model": "jan", "input": [{"type": "magic"}]}, "input.0"),
        ({"model": "jan", "input": "Hi", "temperature": 9}, "temperature"),
        ({"model": "jan", "input": "Hi", "tools": [{"type": "web_search"}]}, "tools.0.name"),
        ({"model": "jan", "input": "Hi", "previous_response_id": "resp_x"}, "previous_response_id"),
        ({"model": "nobody", "input": "Hi"}, "model"),
    ],
)
def test_a_malformed_request_is_refused_and_the_field_named(server, body, param):
    answer = server.post("/responses", body)
    assert answer.status == (404 if body.get("model") == "nobody" else 400)
    assert answer.error["param"].startswith(param)
    assert server.model.requests == []


@pytest.mark.parametrize(
    "response", ["resp_1", "nobody", "resp_" + "x" * 48, "resp_" + "x" * 24 + "./.."]
)
def test_an_unknown_response_is_not_found(server, response):
    for method in ("GET", "DELETE"):
        answer = server.request(method, f"/responses/{response}")
        assert answer.status == 404
    assert server.post(f"/responses/{response}/cancel").status == 404
    assert server.get(f"/responses/{response}/input_items").status == 404
