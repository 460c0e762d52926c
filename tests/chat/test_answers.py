"""Answers of a real server, of the books and odd ones."""

import asyncio
import json
import threading
from contextlib import aclosing

import pytest

from understudy.testing.model_server import Answer, call_tools, raw, say


def _sse(*values, done=True):
    lines = [f"data: {json.dumps(value)}\n\n" for value in values]
    return "".join([*lines, "data: [DONE]\n\n"] if done else lines).encode()


def _delta(finish_reason=None, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


END = _delta("stop")


def test_text_arrives_in_the_server_s_chunks_then_the_reason_then_the_usage(server, client):
    server.script([say(chunks=["Hel", "lo ", "wörld"])])
    *texts, last, usage = client.chunks(model="tiny")
    assert [chunk.text for chunk in texts] == ["Hel", "lo ", "wörld"]
    assert {chunk.model for chunk in (*texts, last)} == {"tiny"}
    assert (last.text, last.finish_reason) == ("", "stop")
    assert usage.usage["total_tokens"] == sum(
        usage.usage[name] for name in ("prompt_tokens", "completion_tokens")
    )


def test_each_chunk_is_handed_on_before_the_next_is_sent(server, client):
    gate = threading.Event()
    server.script([say(chunks=["first", gate, "second"])])

    async def main():
        async with aclosing(client.stream()) as chunks:
            assert (await anext(chunks)).text == "first"
            assert not server.requests[0].answered.is_set()
            gate.set()
            assert (await anext(chunks)).text == "second"

    asyncio.run(main())


def test_reasoning_and_refusal_are_kept_apart_from_the_text(server, client):
    server.script([say("No.", reasoning="Hm.", refusal="I must not.")])
    chunks = client.chunks()
    for name, whole in {"text": "No.", "reasoning": "Hm.", "refusal": "I must not."}.items():
        assert "".join(getattr(chunk, name) for chunk in chunks) == whole


def test_parallel_tool_calls_keep_their_arguments_to_the_letter(server, client):
    server.script([call_tools([("weather", '{"city":  "Rome"}'), ("broken", '{"a": [}')])])
    chunks = client.chunks(tools=[{"type": "function", "function": {"name": "weather"}}])
    deltas = [delta for chunk in chunks for delta in chunk.tool_calls]
    arguments = ["".join(d.arguments for d in deltas if d.index == index) for index in (0, 1)]
    assert arguments == ['{"city":  "Rome"}', '{"a": [}']
    assert [d.name for d in deltas if d.name] == ["weather", "broken"]
    assert [chunk.finish_reason for chunk in chunks if chunk.finish_reason] == ["tool_calls"]


def test_only_chat_completions_vocabulary_goes_out(server, client):
    tool = {"type": "function", "function": {"name": "f", "description": None, "strict": None}}
    messages = [{"role": "user", "content": "hi", "name": None}]
    odd = {"temperature": None, "response_format": "auto", "parallel_tool_calls": True, "seed": 7}
    client.text(messages=messages, tool_choice="auto", stream=False, **odd)
    client.text(messages=messages, tools=[tool], tool_choice="auto", **odd)
    without, with_tools = (request.body for request in server.requests)
    expected = {"model", "messages", "stream", "stream_options", "seed"}
    assert without.keys() == expected
    assert without["stream"] is True
    assert with_tools.keys() == {*expected, "tools", "tool_choice", "parallel_tool_calls"}
    assert with_tools["tools"] == [{"type": "function", "function": {"name": "f"}}]


def test_a_conversation_with_tool_results_passes_a_strict_server(server, client):
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]
    assert client.text(messages=messages) == "You said: go"
    assert server.requests[0].body["messages"] == messages


def test_what_is_not_json_is_refused_before_anything_is_sent(server, client):
    error = client.error(temperature=float("nan"))
    assert error.kind == "refused"
    assert "JSON" in str(error)
    assert server.requests == []


def test_a_server_that_refuses_stream_options_is_asked_without_and_remembered(server, client):
    def strict(request):
        if "stream_options" in request.body:
            body = b'{"error": {"message": "Unrecognized argument: stream_options"}}'
            return raw(body, status=400, content_type="application/json")
        return say("fine")

    server.script([strict] * 3)
    assert client.text() == "fine"
    assert client.text() == "fine"
    asked = ["stream_options" in request.body for request in server.requests]
    assert asked == [True, False, False]


def test_a_server_that_does_not_stream(server, client):
    message = {"role": "assistant", "content": "whole", "tool_calls": None}
    whole = {
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4},
    }
    for content_type in ("application/json", "text/event-stream"):
        server.script([raw(json.dumps(whole).encode(), content_type=content_type)])
        answer, usage = client.chunks()
        assert (answer.text, answer.finish_reason) == ("whole", "stop")
        assert usage.usage == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def test_a_stream_that_says_it_is_json(server, client):
    server.script([raw(_sse(_delta(content="ok"), END), content_type="application/json")])
    assert client.text() == "ok"


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(_sse(_delta(content="ok"), END).replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(b": hi\n\n" + _sse(_delta(content="ok"), END), id="comments"),
        pytest.param(_sse(_delta(content="ok"), END, done=False), id="no [DONE]"),
        pytest.param(_sse(_delta(content="ok"), END, done=False).rstrip(), id="no last empty line"),
        pytest.param(_sse({"choices": []}, _delta(content="ok"), END), id="no choices at first"),
        pytest.param(_sse({"choices": None}, _delta(content="ok"), END), id="null choices"),
        pytest.param(_sse({"choices": [{"delta": None}]}, _delta("stop", content="ok")), id="null"),
        pytest.param(_sse(_delta("", content="o"), _delta("", content="k"), END), id="empty"),
        pytest.param(
            _sse(_delta(content=[{"type": "text", "text": "ok"}, {"type": "x"}]), END), id="parts"
        ),
        pytest.param(_sse(_delta(content="ok"), END, END), id="reason twice"),
        pytest.param(
            _sse(_delta(content="ok"), END) + b'data: {"error": 1}\n\n', id="after [DONE]"
        ),
    ],
)
def test_odd_streams_are_understood(server, client, stream):
    server.script([raw(stream)])
    chunks = client.chunks()
    assert "".join(chunk.text for chunk in chunks) == "ok"
    assert [chunk.finish_reason for chunk in chunks if chunk.finish_reason] == ["stop"]


def test_reasoning_by_its_other_name(server, client):
    server.script([raw(_sse(_delta(reasoning="Hm."), _delta("stop", content="ok")))])
    assert [(chunk.reasoning, chunk.text) for chunk in client.chunks()] == [("Hm.", ""), ("", "ok")]


def test_an_answer_with_tool_calls_ends_with_tool_calls_whatever_the_server_says(server, client):
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    server.script([raw(_sse(_delta(tool_calls=[call]), END))])
    assert client.chunks()[-1].finish_reason == "tool_calls"


def test_usage_told_with_every_chunk_is_handed_on_once(server, client):
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    last = {**usage, "completion_tokens": 2, "total_tokens": 3}
    server.script([raw(_sse({**_delta(content="a"), "usage": usage}, {**END, "usage": last}))])
    assert [chunk.usage for chunk in client.chunks() if chunk.usage] == [last]


def test_a_chunk_of_megabytes_and_one_cut_inside_a_letter(server, client):
    text, gate = "é" * 2**20, threading.Event()
    stream = _sse(_delta(content=text), END).replace(b"\\u00e9", "é".encode())
    server.script([raw(stream[:100_001], gate, stream[100_001:])])
    gate.set()
    assert client.text() == text


def test_what_breaks_after_the_answer_does_not_spoil_it(server, client):
    stream = _sse(_delta(content="ok"), END, done=False)
    server.script([Answer((stream,), None, ending="cut")])
    assert client.text() == "ok"
