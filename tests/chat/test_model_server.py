"""The model server itself: it answers as real ones do, and refuses what strict ones refuse."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from understudy.testing.chat_rules import check_request
from understudy.testing.model_server import ModelServer, call_tools, fail, say

USER = {"role": "user", "content": "hi"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "42"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def _post(server, **body):
    request = urllib.request.Request(
        f"{server.base_url}/chat/completions",
        json.dumps({"model": "m", "messages": [USER], **body}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read()


def test_without_stream_the_answer_is_one_object(server):
    server.script([say("Hello there", reasoning="Hm."), call_tools([("f", {"a": 1}), ("g", "{")])])
    whole = json.loads(_post(server))
    assert whole["object"] == "chat.completion"
    message = whole["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("Hello there", "Hm.")
    message = json.loads(_post(server))["choices"][0]["message"]
    calls = [(c["function"]["name"], c["function"]["arguments"]) for c in message["tool_calls"]]
    assert calls == [("f", '{"a": 1}'), ("g", "{")]


def test_with_stream_it_is_events_and_usage_only_if_it_was_asked_for(server):
    server.script([say("a b")] * 2)
    plain = _post(server, stream=True)
    counted = _post(server, stream=True, stream_options={"include_usage": True})
    assert plain.endswith(b"data: [DONE]\n\n")
    assert (b"usage" in plain, b"total_tokens" in counted) == (False, True)


def test_a_script_is_followed_in_order_and_then_the_default(server):
    server.script([say("one"), lambda request: say(f"{request.text} two")])
    answers = [json.loads(_post(server)) for _ in range(3)]
    said = [answer["choices"][0]["message"]["content"] for answer in answers]
    assert said == ["one", "hi two", "You said: hi"]


def test_the_text_of_content_parts_is_what_the_user_said(server):
    parts = [{"type": "text", "text": "look "}, {"type": "text", "text": "here"}]
    _post(server, messages=[{"role": "user", "content": parts}])
    assert server.requests[0].text == "look here"


def test_a_failure_has_its_status_headers_and_body(server):
    server.script([fail(429, "slow down", {"Retry-After": "3"})])
    with pytest.raises(urllib.error.HTTPError) as caught:
        _post(server)
    with caught.value as error:
        assert (error.code, error.headers["Retry-After"]) == (429, "3")
        assert json.load(error)["error"]["message"] == "slow down"


def test_a_strict_server_refuses_and_a_lenient_one_does_not(server):
    with pytest.raises(urllib.error.HTTPError) as caught:
        _post(server, tools=[])
    caught.value.close()
    assert caught.value.code == 400
    assert server.requests[0].body["tools"] == []
    with ModelServer(strict=False) as lenient:
        assert _post(lenient, tools=[])


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"temperature": 0.5, "max_completion_tokens": 9, "stop": ["x"], "reasoning_effort": "low"},
        {"tools": [TOOL], "tool_choice": "auto", "parallel_tool_calls": True},
        {"messages": [USER, CALLING, RESULT, USER]},
        {"messages": [{"role": "developer", "content": "x"}, USER]},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
    ],
)
def test_chat_completions_vocabulary_is_accepted(change):
    assert check_request({"model": "m", "messages": [USER], **change}) is None


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"temperature": None}, "temperature"),
        ({"truncation_strategy": {}}, "truncation_strategy"),
        ({"max_prompt_tokens": 1}, "max_prompt_tokens"),
        ({"tools": []}, "tools"),
        ({"tools": [{"type": "file_search"}]}, "tools.0.type"),
        ({"tools": [{"type": "function"}]}, "tools.0.function"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "name"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"parallel_tool_calls": True}, "parallel_tool_calls"),
        ({"stream_options": {}}, "stream_options"),
        ({"response_format": "auto"}, "response_format"),
        ({"messages": [{**USER, "id": "msg_1"}]}, "id"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0"),
        ({"messages": [{"role": "user", "content": None}]}, "content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_file"}]}]}, "type"),
        ({"messages": [USER, RESULT]}, "messages.1"),
        ({"messages": [USER, CALLING]}, "c1"),
        ({"messages": [USER, CALLING, USER]}, "messages.2"),
        ({"messages": [USER, CALLING, RESULT, RESULT]}, "messages.3"),
        ({"messages": [USER, {**CALLING, "tool_calls": []}]}, "tool_calls"),
    ],
)
def test_everything_else_is_refused_by_name(change, culprit):
    assert culprit in (check_request({"model": "m", "messages": [USER], **change}) or "")


def test_a_taken_port_is_an_error_and_not_a_hang(server):
    with pytest.raises(OSError, match="in use"), ModelServer(port=server.port):
        pass


def test_waiting_for_a_request_that_does_not_come(server):
    with pytest.raises(TimeoutError, match="request 1 did not come"):
        server.wait_for_request(seconds=0.01)


def test_it_runs_as_a_program():
    command = [sys.executable, "-m", "understudy.testing.model_server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().strip().removeprefix("OPENAI_BASE_URL=")
            with urllib.request.urlopen(f"{address}/models", timeout=60) as response:
                assert json.load(response)["data"][0]["id"] == "test-model"
        finally:
            process.kill()
