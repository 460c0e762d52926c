"""client.beta.assistants of the official Python client, strict about every answer."""

import openai
import pytest

WEATHER = {
    "name": "weather",
    "description": "The weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def test_every_field_that_is_sent_comes_back(client):
    schema = {"name": "answer", "schema": {"type": "object"}, "strict": True}
    sent = {
        "model": "test-model",
        "name": "Clerk",
        "description": "Knows the weather.",
        "instructions": "Be brief.",
        "tools": [{"type": "function", "function": WEATHER}],
        "metadata": {"team": "north"},
        "temperature": 0,
        "top_p": 0.5,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    made = client.beta.assistants.create(**sent)
    assert made.id.startswith("asst_")
    found = client.beta.assistants.retrieve(made.id).to_dict()
    assert sent.items() <= found.items()


def test_an_update_changes_the_fields_that_it_names_and_no_others(client):
    made = client.beta.assistants.create(
        model="m", name="Old", instructions="Stay.", metadata={"a": "1"}
    )
    changed = client.beta.assistants.update(made.id, name="New", metadata={"b": "2"})
    assert (changed.name, changed.instructions) == ("New", "Stay.")
    assert changed.metadata == {"b": "2"}
    assert changed.created_at == made.created_at


def test_a_deleted_assistant_is_gone_and_cannot_run(client):
    made = client.beta.assistants.create(model="m")
    gone = client.beta.assistants.delete(made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(openai.NotFoundError, match=made.id):
        client.beta.assistants.retrieve(made.id)
    thread = client.beta.threads.create()
    with pytest.raises(openai.NotFoundError, match=made.id):
        client.beta.threads.runs.create(thread.id, assistant_id=made.id)


def test_the_iterator_walks_through_all_pages_in_either_order(client):
    made = [client.beta.assistants.create(model="m", name=f"n{n}").id for n in range(5)]
    ascending = [each.id for each in client.beta.assistants.list(limit=2, order="asc")]
    assert ascending[-5:] == made
    assert [each.id for each in client.beta.assistants.list(limit=2)] == ascending[::-1]


def test_a_page_between_two_ids_holds_what_lies_between_them(client):
    made = [client.beta.assistants.create(model="m").id for n in range(4)]
    page = client.beta.assistants.list(order="asc", after=made[0], before=made[3])
    assert [each.id for each in page.data] == made[1:3]
    assert not page.has_next_page()


def test_raw_and_streaming_responses_give_the_headers_and_the_object(client):
    made = client.beta.assistants.create(model="m", name="Raw")
    raw = client.beta.assistants.with_raw_response.retrieve(made.id)
    assert raw.headers["x-request-id"].startswith("req_")
    assert raw.parse().name == "Raw"
    with client.beta.assistants.with_streaming_response.retrieve(made.id) as streamed:
        assert streamed.status_code == 200
        assert streamed.parse().id == made.id


def test_an_error_tells_the_client_what_is_wrong_and_which_request_it_was(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.beta.assistants.create(model="m", name="x" * 257)
    assert refused.value.param == "name"
    assert refused.value.type == "invalid_request_error"
    assert refused.value.request_id.startswith("req_")


def test_a_wrong_key_is_an_authentication_error(client):
    with pytest.raises(openai.AuthenticationError) as refused:
        client.with_options(api_key="sk-wrong").beta.assistants.list()
    assert refused.value.code == "invalid_api_key"
