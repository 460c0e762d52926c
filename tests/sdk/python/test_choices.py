"""What may be chosen, what may be null, and what is refused by name."""

import openai
import pytest

FUNCTION = {"type": "function", "function": {"name": "weather"}}


@pytest.fixture
def versatile(client):
    """An assistant with tools of every kind."""
    tools = [FUNCTION, {"type": "file_search"}, {"type": "code_interpreter"}]
    return client.beta.assistants.create(model="test-model", tools=tools)


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("none", "none"),
        ("auto", None),
        ("required", "required"),
        (FUNCTION, FUNCTION),
        ({"type": "file_search"}, {"type": "function", "function": {"name": "file_search"}}),
        ({"type": "code_interpreter"}, None),
    ],
)
def test_every_documented_tool_choice_is_shown_and_told_in_the_model_s_words(
    server, versatile, ask, finish, choice, told
):
    run = finish(ask(), versatile, tool_choice=choice)
    assert run.status == "completed"
    assert run.to_dict()["tool_choice"] == choice
    assert server.model.requests[0].body.get("tool_choice") == told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tool_choice", "always"),
        ("tool_choice", {"type": "telepathy"}),
        ("tool_choice", {"type": "function"}),
        ("tool_choice", {"function": {"name": "weather"}}),
        ("response_format", {"type": "xml"}),
        ("response_format", {"type": "json_schema"}),
        ("response_format", {}),
        ("tools", [{"type": "telepathy"}]),
        ("tools", [{"type": "retrieval"}]),
    ],
)
def test_a_choice_that_there_is_not_is_refused_by_name(client, assistant, ask, field, value):
    thread = ask()
    with pytest.raises(openai.BadRequestError) as refused:
        client.beta.threads.runs.create(
            thread.id, assistant_id=assistant.id, extra_body={field: value}
        )
    assert refused.value.param.startswith(field)
    assert client.beta.threads.runs.list(thread.id).data == []


def test_an_assistant_may_only_have_tools_that_there_are(client):
    with pytest.raises(openai.BadRequestError, match="telepathy") as refused:
        client.beta.assistants.create(model="m", tools=[{"type": "telepathy"}])
    assert refused.value.param == "tools.0.type"


def test_null_is_as_good_as_nothing(client, ask, finish):
    nothing = {
        "name": None,
        "description": None,
        "instructions": None,
        "metadata": None,
        "tool_resources": None,
        "temperature": None,
        "top_p": None,
        "response_format": None,
    }
    assistant = client.beta.assistants.create(model="m", extra_body=nothing)
    assert (assistant.metadata, assistant.name) == ({}, None)
    nothing = {
        "model": None,
        "instructions": None,
        "additional_instructions": None,
        "additional_messages": None,
        "tools": None,
        "metadata": None,
        "temperature": None,
        "max_prompt_tokens": None,
        "max_completion_tokens": None,
        "truncation_strategy": None,
        "tool_choice": None,
        "response_format": None,
        "stream": None,
    }
    run = finish(ask(), assistant, extra_body=nothing)
    assert run.metadata == {}
    assert client.beta.assistants.update(assistant.id, metadata=None).metadata == {}


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"role": "system", "content": "a"}, "additional_messages.1.role"),
        ({"role": "user", "content": ""}, "additional_messages.1.content"),
        ({"role": "user", "content": [{"type": "audio"}]}, "additional_messages.1.content.0"),
        (
            {"role": "user", "content": "a", "attachments": [{"file_id": 5, "tools": []}]},
            "additional_messages.1.attachments.0.file_id",
        ),
        (
            {"role": "user", "content": "a", "attachments": [
                {"file_id": "file-1", "tools": [{"type": "function"}]}]},
            "additional_messages.1.attachments.0.tools.0.type",
        ),
    ],
)  # fmt: skip
def test_malformed_additional_messages_are_refused_and_none_is_added(
    client, assistant, ask, message, param
):
    thread = ask()
    good = {"role": "user", "content": "Good."}
    with pytest.raises(openai.BadRequestError) as e:
        client.beta.threads.runs.create(
            thread.id, assistant_id=assistant.id, additional_messages=[good, message]
        )
    assert e.value.param.startswith(param)
    assert len(client.beta.threads.messages.list(thread.id).data) == 1
