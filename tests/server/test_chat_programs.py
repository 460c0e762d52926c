"""Chat programs: what they send to `/v1/models` and `/v1/chat/completions`, as they send it.

The bodies are those of the programs that are named; each field that OpenAI does not know is theirs.
"""

from __future__ import annotations

import json

import pytest

from understudy.testing.model_server import call_tools, say

HI = {"role": "user", "content": "Hi"}
SCHEMA = {
    "type": "object",
    "properties": {"path": {"type": "string", "description": "A file."}},
    "required": ["path"],
    "additionalProperties": False,
}
READ = {"name": "read_file", "description": "Read a file.", "strict": True, "parameters": SCHEMA}
CALL = {"id": "call_1", "type": "function", "function": {"name": "read_file", "arguments": "{}"}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}

TASK = {"type": "text", "text": "<task>"}

OPEN_WEBUI = {
    "stream": True,
    "model": "jan",
    "messages": [{"role": "system", "content": "Be kind."}, HI],
    "params": {},
    "tool_servers": [],
    "features": {"image_generation": False, "code_interpreter": False, "web_search": False},
    "variables": {"{{USER_NAME}}": "Ann", "{{CURRENT_DATE}}": "2026-01-01"},
    "session_id": "s",
    "chat_id": "c",
    "id": "m",
    "background_tasks": {"title_generation": True, "tags_generation": True},
    "stream_options": {"include_usage": True},
    "metadata": {"user_id": "u", "features": {}},
    "user": {"name": "Ann", "id": "u", "email": "ann@example.com", "role": "admin"},
}
LIBRECHAT = {
    "model": "jan",
    "user": "65f0c0ffee",
    "stream": True,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "messages": [
        {"role": "system", "content": "Be kind.", "name": "instructions"},
        {"role": "user", "content": [{"type": "text", "text": "Look"}, PICTURE]},
        {"role": "assistant", "content": "A dot.", "name": "Jan"},
        HI,
    ],
}
CONTINUE = {
    "messages": [
        {"role": "system", "content": "You are in agent mode."},
        {"role": "user", "content": [{"type": "text", "text": "Read it."}]},
        {"role": "assistant", "content": " ", "tool_calls": [CALL]},
        {"role": "tool", "content": "text", "tool_call_id": "call_1"},
        HI,
    ],
    "model": "jan",
    "max_tokens": 4096,
    "stream": True,
    "tools": [{"type": "function", "function": READ}],
    "parallel_tool_calls": False,
    "stop": None,
    "prediction": None,
}
CLINE = {
    "model": "jan",
    "messages": [
        {"role": "developer", "content": "You are Cline."},
        {"role": "user", "content": [TASK, {"type": "text", "text": "Hi"}]},
    ],
    "temperature": 0,
    "stream": True,
    "stream_options": {"include_usage": True},
    "reasoning_effort": "medium",
    "max_completion_tokens": 8192,
    "store": False,
}
LANGCHAIN = {
    "messages": [
        HI,
        {"role": "assistant", "content": None, "tool_calls": [CALL], "refusal": None},
        {"role": "tool", "content": [{"type": "text", "text": "text"}], "tool_call_id": "call_1"},
    ],
    "model": "jan",
    "stream": False,
    "n": 1,
    "seed": 7,
    "logprobs": False,
    "logit_bias": {},
    "temperature": 0.7,
    "tools": [{"type": "function", "function": READ}],
    "tool_choice": "auto",
    "response_format": {"type": "text"},
}
VERCEL = {
    "model": "jan",
    "messages": [HI],
    "max_tokens": None,
    "temperature": None,
    "top_logprobs": None,
    "user": None,
    "service_tier": "auto",
    "modalities": ["text"],
    "tools": [],
    "tool_choice": None,
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "response", "strict": True, "schema": SCHEMA},
    },
}
JAN = {
    "model": "jan",
    "messages": [HI],
    "stream": True,
    "max_tokens": -1,
    "stop": [],
    "top_k": 40,
    "min_p": 0.05,
    "repeat_penalty": 1.1,
    "cache_prompt": True,
    "return_progress": True,
    "chat_template_kwargs": {"enable_thinking": False},
}
OPENROUTER = {
    "model": "jan",
    "messages": [
        {
            "role": "system",
            "content": [
                {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}
            ],
        },
        {"role": "user", "content": [{"type": "text", "text": "Hi", "cache_control": None}]},
        {"role": "assistant", "content": "Hello.", "reasoning_content": "Hm.", "annotations": []},
        {"role": "user", "content": ""},
    ],
    "stream": True,
    "include_reasoning": True,
    "reasoning": {"effort": "low"},
    "usage": {"include": True},
    "stream_options": None,
    "transforms": ["middle-out"],
    "provider": {"order": ["Anyone"]},
    "functions": None,
}
PROGRAMS = {
    "Open WebUI": OPEN_WEBUI,
    "LibreChat": LIBRECHAT,
    "Continue": CONTINUE,
    "Cline": CLINE,
    "LangChain": LANGCHAIN,
    "Vercel AI SDK": VERCEL,
    "Jan": JAN,
    "OpenRouter clients": OPENROUTER,
}


def chunks_of(answer):
    """The chunks of a stream, which ends as OpenAI's do."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    *blocks, end, rest = answer.body.decode().split("\n\n")
    assert (end, rest) == ("data: [DONE]", "")
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


def text_of(answer):
    """What was answered, streamed or not."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return answer.json()["choices"][0]["message"]["content"]
    chunks = chunks_of(answer)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_answered(server, program):
    server.model.script([say("Hello there.")])
    answer = server.post("/chat/completions", PROGRAMS[program])
    assert answer.status == 200, answer.body
    assert text_of(answer) == "Hello there."


def test_the_usage_comes_in_a_chunk_of_its_own_when_it_is_asked_for(server):
    *_, last = chunks_of(server.post("/chat/completions", OPEN_WEBUI))
    assert last["choices"] == []
    assert set(last["usage"]) >= {"prompt_tokens", "completion_tokens", "total_tokens"}


def test_what_a_coding_program_sends_reaches_the_model(server):
    server.model.script([call_tools([("read_file", {"path": "a"})])])
    answer = server.post("/chat/completions", CONTINUE)
    chunks = [chunk["choices"][0] for chunk in chunks_of(answer)]
    called = "".join(
        call["function"].get("arguments", "")
        for chunk in chunks
        for call in chunk["delta"].get("tool_calls", ())
    )
    assert json.loads(called) == {"path": "a"}
    assert chunks[-1]["finish_reason"] == "tool_calls"
    told = server.model.requests[0].body
    assert told["tools"] == [{"type": "function", "function": READ}]
    assert told["parallel_tool_calls"] is False
    assert [message["role"] for message in told["messages"]][-3:] == ["assistant", "tool", "user"]


def test_models_are_listed_as_programs_read_them(server):
    listed = server.get("/models").json()
    assert listed["object"] == "list"
    for model in listed["data"]:
        assert set(model) >= {"id", "object", "created", "owned_by"}
        assert (model["object"], type(model["created"])) == ("model", int)
    assert "jan" in {model["id"] for model in listed["data"]}


REFUSED = {
    "several choices": ({"n": 2}, "n"),
    "the chances of words": ({"logprobs": True, "top_logprobs": 3}, "logprobs"),
    "sound": ({"modalities": ["text", "audio"], "audio": {"voice": "alloy"}}, "modalities.1"),
    "a hot temperature": ({"temperature": 2.5}, "temperature"),
    "no number of tokens": ({"max_completion_tokens": "many"}, "max_completion_tokens"),
    "more stops than four": ({"stop": list("abcde")}, "stop"),
    "a tool of another kind": ({"tools": [{"type": "web_search"}]}, "tools.0.type"),
    "a function without a name": ({"tools": [{"type": "function", "function": {}}]}, "tools.0"),
    "functions as they once were": ({"functions": [{"name": "f"}]}, "functions"),
    "a choice of no tool": ({"tool_choice": "magic"}, "tool_choice"),
    "an unknown form": ({"response_format": {"type": "xml"}}, "response_format.type"),
    "options that are none": ({"stream_options": []}, "stream_options"),
    "a stream that is none": ({"stream": "perhaps"}, "stream"),
    "a role of nobody": ({"messages": [{"role": "king", "content": "x"}]}, "messages.0"),
    "a part of another kind": (
        {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
        "messages.0",
    ),
    "an output of no call": (
        {"messages": [HI, {"role": "tool", "tool_call_id": "x", "content": "y"}]},
        "messages",
    ),
}


@pytest.mark.parametrize("asked", REFUSED)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_had_is_refused_by_name(server, asked, stream):
    fields, param = REFUSED[asked]
    body = {"model": "jan", "messages": [HI], "stream": stream, **fields}
    answer = server.post("/chat/completions", body)
    assert answer.status == 400, answer.body
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["param"].startswith(param)
    assert len(answer.error["message"]) < 300
    assert server.model.requests == []
