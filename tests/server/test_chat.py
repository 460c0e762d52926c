"""`/v1/chat/completions`: an assistant as the model, asked by the official client."""

from __future__ import annotations

import asyncio
import json
import signal
import threading

import openai
import pytest

from understudy.testing.model_server import call_tools, cut, fail, hang, say

CLOCK = {
    "type": "function",
    "function": {
        "name": "clock",
        "description": "The time in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
HI = [{"role": "user", "content": "Hi"}]


@pytest.fixture
def write_code(server):
    """Write an assistant with code into the server's data root."""

    def write(name, code):
        folder = server.root / "assistants" / name
        (folder / "src").mkdir(parents=True)
        (folder / "assistant.json").write_text("{}")
        (folder / "src" / "index.js").write_text(code)

    return write


def ask(client, messages=HI, **options):
    return client.chat.completions.create(**{"model": "jan", "messages": messages, **options})


def told(server, number=1):
    return server.model.wait_for_request(number).body


def test_an_assistant_answers_a_chat(client, server):
    server.model.script([say("Hello there.", usage={"prompt_tokens": 7, "completion_tokens": 3})])
    completion = ask(client)
    [choice] = completion.choices
    assert (choice.message.content, choice.finish_reason) == ("Hello there.", "stop")
    assert completion.model == "jan"
    assert completion.usage.prompt_tokens == 7


def test_a_chat_is_streamed_word_by_word_as_the_model_speaks(client, server):
    gate = threading.Event()
    server.model.script([say(chunks=["One ", gate, "two."])])
    stream = ask(client, stream=True, stream_options={"include_usage": True})
    chunks = []
    for chunk in stream:
        chunks.append(chunk)
        if chunk.choices and chunk.choices[0].delta.content == "One ":
            gate.set()
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].delta.content for c in chunks[1:3]] == ["One ", "two."]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage is not None


def test_a_stream_without_the_option_tells_no_usage(client):
    assert all(chunk.choices and chunk.usage is None for chunk in ask(client, stream=True))


def test_the_sdks_stream_helper_collects_the_answer(client, server):
    server.model.script([say("All of it.")])
    with client.chat.completions.stream(model="jan", messages=HI) as stream:
        assert stream.get_final_completion().choices[0].message.content == "All of it."


def test_system_messages_are_told_besides_the_assistants_own_instructions(client, server):
    poet = client.beta.assistants.create(model="m", instructions="Rhyme.")
    system = [{"role": "system", "content": "Be brief."}, {"role": "developer", "content": "Now."}]
    ask(client, [*system, *HI], model=poet.id)
    assert told(server)["messages"] == [
        {"role": "system", "content": "Rhyme.\n\nBe brief.\n\nNow."},
        {"role": "user", "content": "Hi"},
    ]


def test_an_assistant_is_found_by_its_name(client, server):
    client.beta.assistants.create(model="m-2", name="The Poet")
    assert ask(client, model="The Poet").model == "The Poet"
    assert told(server)["model"] == "m-2"


def test_parameters_reach_the_model(client, server):
    schema = {"name": "n", "schema": {"type": "object"}}
    asked = {
        "temperature": 0,
        "top_p": 0.5,
        "stop": ["END"],
        "seed": 4,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "response_format": {"type": "json_schema", "json_schema": schema},
        "tools": [CLOCK],
        "tool_choice": {"type": "function", "function": {"name": "clock"}},
        "parallel_tool_calls": False,
    }
    ask(client, max_tokens=5, **asked)
    body = told(server)
    assert {name: body[name] for name in asked if name != "tools"} == {
        name: value for name, value in asked.items() if name != "tools"
    }
    assert body["max_completion_tokens"] == 5
    assert [tool["function"]["name"] for tool in body["tools"]] == ["clock"]


def test_an_answer_that_is_cut_off_says_so(client, server):
    server.model.script([say("Too lo", finish_reason="length")])
    [choice] = ask(client, max_completion_tokens=2).choices
    assert (choice.finish_reason, choice.message.content) == ("length", "Too lo")


def test_an_answer_that_is_filtered_says_so(client, server):
    server.model.script([say("Too lo", finish_reason="content_filter")])
    assert ask(client).choices[0].finish_reason == "content_filter"


def test_images_reach_the_model(client, server):
    image = {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"},
    }
    ask(client, [{"role": "user", "content": [{"type": "text", "text": "What?"}, image]}])
    assert told(server)["messages"][-1]["content"] == [{"type": "text", "text": "What?"}, image]


@pytest.mark.parametrize("stream", [False, True])
def test_a_function_of_the_request_is_called_by_the_client(client, server, stream):
    server.model.script(
        [call_tools([("clock", {"city": "Rome"})], text="Let me see."), say("Noon.")]
    )
    if stream:
        with client.chat.completions.stream(model="jan", messages=HI, tools=[CLOCK]) as chunks:
            completion = chunks.get_final_completion()
    else:
        completion = ask(client, tools=[CLOCK])
    [choice] = completion.choices
    [call] = choice.message.tool_calls
    assert choice.finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == ("clock", {"city": "Rome"})
    said = choice.message.model_dump(exclude_none=True, exclude={"parsed"})
    said["tool_calls"] = [call.model_dump(exclude_none=True, include={"id", "type", "function"})]
    said["tool_calls"][0]["function"].pop("parsed_arguments", None)
    output = {"role": "tool", "tool_call_id": call.id, "content": "12:00"}
    answer = ask(client, [*HI, said, output], tools=[CLOCK])
    assert answer.choices[0].message.content == "Noon."
    assert told(server, 2)["messages"][-2:] == [said, output]


def test_the_assistants_own_functions_are_called_by_the_host(client, server, write_code):
    write_code("dicer", "export const tools = [{ name: 'roll', execute: () => '4' }];")
    server.model.script([call_tools([("roll", {})], text="Rolling."), say("It is 4.")])
    [choice] = ask(client, model="dicer").choices
    assert choice.finish_reason == "stop" and choice.message.tool_calls is None
    assert choice.message.content == "Rolling.\n\nIt is 4."
    assert told(server, 2)["messages"][-1]["content"] == "4"


def test_of_both_kinds_only_the_clients_calls_are_asked(client, server, write_code):
    write_code("both", "export const tools = [{ name: 'roll', execute: () => '4' }];")
    server.model.script([call_tools([("roll", {}), ("clock", {"city": "Rome"})])])
    [choice] = ask(client, model="both", tools=[CLOCK]).choices
    assert [call.function.name for call in choice.message.tool_calls] == ["clock"]


@pytest.mark.parametrize("streams", [False, True])
def test_the_hosts_results_come_back_with_the_clients(client, server, write_code, streams):
    name = f"both-{streams}"
    write_code(name, "export const tools = [{ name: 'roll', execute: () => '4 😀'.repeat(999) }];")
    turn = call_tools([("roll", {"n": 1}), ("clock", {"city": "Rome"}), ("clock", {})])
    server.model.script([turn, say("Done."), say("Again.")])
    if streams:
        with client.chat.completions.stream(model=name, messages=HI, tools=[CLOCK]) as stream:
            said = stream.get_final_completion().choices[0].message
    else:
        said = ask(client, model=name, tools=[CLOCK]).choices[0].message
    calls = [{"id": call.id, "type": "function", "function": call.function.to_dict()}
             for call in said.tool_calls]  # fmt: skip
    outputs = [
        {"role": "tool", "tool_call_id": call.id, "content": f"noon {n}"}
        for n, call in enumerate(said.tool_calls)
    ]
    messages = [*HI, {"role": "assistant", "tool_calls": calls}, *reversed(outputs)]
    for number in (2, 3):
        ask(client, messages, model=name, tools=[CLOCK])
        _, asked, *answers = told(server, number)["messages"]
        made = [(c["function"]["name"], c["function"]["arguments"]) for c in asked["tool_calls"]]
        assert made[0] == ("roll", '{"n": 1}') and len(made) == 3
        assert [a["content"] for a in answers] == ["4 😀" * 999, "noon 0", "noon 1"]
        assert [a["tool_call_id"] for a in answers] == [c["id"] for c in asked["tool_calls"]]
        assert all(".made." not in c["id"] for c in asked["tool_calls"])


@pytest.mark.parametrize("tail", ["", "x", "!!", "eJyLjgUAARUAuQ==", "A" * 100_000])
def test_an_id_that_only_looks_as_if_it_carried_something_is_an_id(client, server, tail):
    call_id = f"call_1.made.{tail}"
    call = {"id": call_id, "type": "function", "function": {"name": "clock", "arguments": "{}"}}
    output = {"role": "tool", "tool_call_id": call_id, "content": "12:00"}
    ask(client, [*HI, {"role": "assistant", "tool_calls": [call]}, output])
    assert [c["id"] for c in told(server)["messages"][-2]["tool_calls"]] == [call_id]


def test_code_that_answers_by_itself_needs_no_model(client, server):
    [choice] = ask(
        client, [{"role": "user", "content": "What is 2^10?"}], model="math-tutor"
    ).choices
    assert "1024" in choice.message.content
    assert server.model.requests == []


def everything(root):
    return sorted(path for path in root.rglob("*") if ".understudy" not in path.parts)


def test_nothing_is_left_in_the_data_root(client, server):
    before = everything(server.root)
    server.model.script([say("1"), call_tools([("clock", {})]), cut(1), fail(400)])
    ask(client)
    ask(client, tools=[CLOCK])
    for error in (openai.InternalServerError, openai.BadRequestError):
        with pytest.raises(error):
            ask(client)
    assert everything(server.root) == before


@pytest.mark.parametrize("stream", [False, True])
def test_the_model_is_stopped_when_the_client_goes(server, connect, stream):
    server.model.script([hang(after=2)])

    async def leave():
        async with connect(server, openai.AsyncOpenAI) as client:
            task = asyncio.create_task(
                client.chat.completions.create(model="jan", messages=HI, stream=stream)
            )
            received = await asyncio.to_thread(server.model.wait_for_request)
            if stream:
                chunks = await task
                await anext(aiter(chunks))
                await chunks.close()
            else:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            return received

    assert asyncio.run(leave()).left.wait(10)


def test_a_server_that_is_stopped_ends_its_streams_and_says_so(start_server, connect, model):
    server = start_server()
    model.script([hang(after=2)])
    stream = ask(connect(server), stream=True)
    next(stream)
    server.process.send_signal(signal.SIGTERM)
    with pytest.raises(openai.APIError, match="cancelled"):
        list(stream)
    assert server.process.wait(10) == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fail(429, headers={"retry-after": "0"}), openai.RateLimitError),
        (fail(400, "bad picture"), openai.BadRequestError),
        (fail(503, headers={"retry-after": "0"}), openai.InternalServerError),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_failing_model_is_reported_with_its_status(client, server, answer, error, stream):
    server.model.script([answer] * 4)
    with pytest.raises(error):
        ask(client, stream=stream)


def test_a_stream_that_breaks_off_says_so_in_the_stream(client, server):
    server.model.script([cut(after=2)])
    with pytest.raises(openai.APIError, match=r"broke|ended|closed|lost"):
        for _ in ask(client, stream=True):
            pass


def test_an_unknown_model_is_not_found(client, server):
    with pytest.raises(openai.NotFoundError) as raised:
        ask(client, model="gpt-4o")
    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")
    assert str(server.root) not in str(raised.value.body)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": HI}, "model"),
        ({"model": "jan"}, "messages"),
        ({"model": "jan", "messages": []}, "messages"),
        ({"model": "jan", "messages": [{"role": "king", "content": "x"}]}, "messages.0"),
        ({"model": "jan", "messages": [{"role": "user"}]}, "messages.0.content"),
        ({"model": "jan", "messages": HI, "temperature": 3}, "temperature"),
        ({"model": "jan", "messages": HI, "n": 2}, "n"),
        ({"model": "jan", "messages": HI, "tools": [{"type": "magic"}]}, "tools.0.type"),
        (
            {"model": "jan", "messages": [{"role": "tool", "tool_call_id": "x", "content": ""}]},
            "messages",
        ),
    ],
)
def test_a_malformed_request_is_refused_and_the_field_named(server, body, param):
    answer = server.post("/chat/completions", body)
    assert answer.status == 400
    assert answer.error["param"] == param
    assert answer.error["type"] == "invalid_request_error"


def test_a_call_without_an_output_is_refused(client, server):
    function = {"name": "clock", "arguments": "{}"}
    said = {
        "role": "assistant",
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
    }
    with pytest.raises(openai.BadRequestError, match="c1"):
        ask(client, [*HI, said])
    assert server.model.requests == []


def test_fields_that_only_other_servers_know_are_let_pass(client):
    assert ask(client, extra_body={"top_k": 40, "cache_prompt": True}).choices
