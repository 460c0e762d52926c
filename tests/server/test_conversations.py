"""`/v1/conversations`: threads in the words of the Responses API."""

from __future__ import annotations

import openai
import pytest

from understudy.testing.model_server import call_tools, say

CLOCK = {"type": "function", "name": "clock", "parameters": {"type": "object"}, "strict": False}


def ask(client, conversation, text="Hi", **options):
    return client.responses.create(
        **{"model": "jan", "input": text, "conversation": conversation.id, **options}
    )


def texts(items):
    return [item.content[0].text for item in items if item.type == "message"]


def test_a_conversation_is_made_read_changed_and_deleted(client):
    made = client.conversations.create(metadata={"k": "v"})
    assert client.conversations.retrieve(made.id) == made
    assert client.conversations.update(made.id, metadata={"k": "w"}).metadata == {"k": "w"}
    assert client.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


def test_responses_in_a_conversation_remember_it_and_add_to_it(client, server):
    item = {"type": "message", "role": "user", "content": "I am Ada."}
    conversation = client.conversations.create(items=[item])
    server.model.script([say("Hello Ada."), say("Ada.")])
    first = ask(client, conversation, "Greet me.")
    assert first.conversation.id == conversation.id
    ask(client, conversation, "My name?")
    told = server.model.wait_for_request(2).body["messages"]
    said = [message["content"] for message in told if message["role"] != "system"]
    assert said == ["I am Ada.", "Greet me.", "Hello Ada.", "My name?"]
    items = client.conversations.items.list(conversation.id, order="asc")
    assert texts(items) == [*said, "Ada."]


def test_items_are_listed_page_by_page_newest_first(client):
    conversation = client.conversations.create()
    items = [{"type": "message", "role": "user", "content": str(n)} for n in range(5)]
    made = client.conversations.items.create(conversation.id, items=items)
    assert texts(made.data) == ["0", "1", "2", "3", "4"]
    page = client.conversations.items.list(conversation.id, limit=2)
    assert (texts(page.data), page.has_more) == (["4", "3"], True)
    assert texts(page) == ["4", "3", "2", "1", "0"]


def test_an_item_is_read_and_deleted(client):
    conversation = client.conversations.create()
    item = {"type": "message", "role": "assistant", "content": "I was here."}
    [made] = client.conversations.items.create(conversation.id, items=[item]).data
    named = {"conversation_id": conversation.id}
    assert client.conversations.items.retrieve(made.id, **named) == made
    client.conversations.items.delete(made.id, **named)
    with pytest.raises(openai.NotFoundError):
        client.conversations.items.retrieve(made.id, **named)


def test_calls_and_outputs_are_items(client, server):
    conversation = client.conversations.create()
    server.model.script([call_tools([("clock", {})]), say("Noon."), say("Still noon.")])
    [call] = ask(client, conversation, "Time?", tools=[CLOCK]).output
    items = list(client.conversations.items.list(conversation.id, order="asc"))
    assert [item.type for item in items] == ["message", "function_call"]
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "12:00"}
    assert ask(client, conversation, [output], tools=[CLOCK]).output_text == "Noon."
    ask(client, conversation, "Sure?")
    items = list(client.conversations.items.list(conversation.id, order="asc"))
    kinds = ["message", "function_call", "function_call_output", *["message"] * 3]
    assert [item.type for item in items] == kinds
    assert len({item.id for item in items}) == len(items)


def test_an_output_may_be_added_as_an_item_before_the_next_response(client, server):
    conversation = client.conversations.create()
    server.model.script([call_tools([("clock", {})]), say("Noon.")])
    [call] = ask(client, conversation, "Time?", tools=[CLOCK]).output
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "12:00"}
    client.conversations.items.create(conversation.id, items=[output])
    assert ask(client, conversation, "So?").output_text == "Noon."
    roles = [m["role"] for m in server.model.wait_for_request(2).body["messages"]]
    assert roles[-4:] == ["user", "assistant", "tool", "user"]


def test_a_conversation_is_a_thread_of_the_assistants_api(client):
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "I am Ada."}])
    conversation = client.conversations.retrieve(thread.id.replace("thread_", "conv_"))
    assert texts(client.conversations.items.list(conversation.id)) == ["I am Ada."]
    ask(client, conversation, "Hi")
    assert len(client.beta.threads.messages.list(thread.id).data) == 3


def test_a_response_that_leaves_a_conversation_does_not_change_it(client):
    conversation = client.conversations.create()
    first = ask(client, conversation, "in")
    client.responses.create(model="jan", input="out", previous_response_id=first.id)
    assert len(client.conversations.items.list(conversation.id).data) == 2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/conversations/conv_nobody/items", {"items": [{"role": "user", "content": "x"}]}, 404),
        ("/conversations/thread_x", {"metadata": {}}, 404),
        ("/conversations", {"items": [{"role": "system", "content": "x"}]}, 400),
        ("/conversations", {"items": [{"type": "item_reference", "id": "x"}]}, 400),
        ("/conversations", {"metadata": {"k": 1}}, 400),
        ("/responses", {"model": "jan", "input": "x", "conversation": "conv_nobody"}, 404),
        (
            "/responses",
            {"model": "jan", "conversation": "conv_x", "previous_response_id": "resp_x"},
            400,
        ),
    ],
)
def test_malformed_requests_are_refused(server, path, body, status):
    answer = server.post(path, body)
    assert answer.status == status
    assert set(answer.error) == {"message", "type", "param", "code"}
