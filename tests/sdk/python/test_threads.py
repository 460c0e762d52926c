"""client.beta.threads and its messages."""

import openai
import pytest


def test_a_thread_begins_with_its_messages_in_order(client):
    thread = client.beta.threads.create(
        messages=[
            {"role": "user", "content": "One"},
            {"role": "assistant", "content": "Two"},
            {"role": "user", "content": [{"type": "text", "text": "Three"}]},
        ],
        metadata={"topic": "numbers"},
    )
    messages = client.beta.threads.messages.list(thread.id, order="asc").data
    assert [message.content[0].text.value for message in messages] == ["One", "Two", "Three"]
    assert [message.role for message in messages] == ["user", "assistant", "user"]
    assert client.beta.threads.retrieve(thread.id).metadata == {"topic": "numbers"}


def test_metadata_of_a_thread_is_replaced(client):
    thread = client.beta.threads.create(metadata={"a": "1"})
    assert client.beta.threads.update(thread.id, metadata={"b": "2"}).metadata == {"b": "2"}
    assert client.beta.threads.retrieve(thread.id).metadata == {"b": "2"}


def test_a_deleted_thread_takes_its_messages_with_it(client):
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Hi"}])
    assert client.beta.threads.delete(thread.id).deleted
    with pytest.raises(openai.NotFoundError, match=thread.id):
        client.beta.threads.retrieve(thread.id)
    with pytest.raises(openai.NotFoundError):
        client.beta.threads.messages.list(thread.id)


def test_a_message_is_made_read_changed_and_deleted(client):
    messages = client.beta.threads.messages
    thread = client.beta.threads.create()
    made = messages.create(thread.id, role="user", content="Hi", metadata={"n": "1"})
    assert (made.status, made.run_id, made.assistant_id) == ("completed", None, None)
    assert messages.retrieve(made.id, thread_id=thread.id) == made
    changed = messages.update(made.id, thread_id=thread.id, metadata={"n": "2"})
    assert (changed.metadata, changed.content) == ({"n": "2"}, made.content)
    assert messages.delete(made.id, thread_id=thread.id).deleted
    assert messages.list(thread.id).data == []


def test_a_message_is_only_reachable_through_its_own_thread(client):
    mine, other = client.beta.threads.create(), client.beta.threads.create()
    message = client.beta.threads.messages.create(mine.id, role="user", content="Hi")
    with pytest.raises(openai.NotFoundError):
        client.beta.threads.messages.retrieve(message.id, thread_id=other.id)


def test_the_iterator_walks_through_all_messages_although_they_have_the_same_second(client):
    thread = client.beta.threads.create()
    made = [
        client.beta.threads.messages.create(thread.id, role="user", content=str(n)).id
        for n in range(7)
    ]
    listed = client.beta.threads.messages.list(thread.id, limit=3, order="asc")
    assert [message.id for message in listed] == made


def test_parts_of_every_kind_come_back_as_they_were_sent(client):
    thread = client.beta.threads.create()
    file = client.files.create(file=("dot.png", b"\x89PNG dot"), purpose="vision")
    sent = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
        {"type": "image_file", "image_file": {"file_id": file.id, "detail": "high"}},
    ]
    made = client.beta.threads.messages.create(thread.id, role="user", content=sent)
    text, *images = (part.to_dict() for part in made.content)
    assert text["text"] == {"value": "What is this?", "annotations": []}
    assert images == sent[1:]


def test_attachments_come_back_with_their_tools(client):
    thread = client.beta.threads.create()
    file = client.files.create(file=("a.txt", b"Text."), purpose="assistants")
    attachment = {"file_id": file.id, "tools": [{"type": "code_interpreter"}]}
    made = client.beta.threads.messages.create(
        thread.id, role="user", content="Read this.", attachments=[attachment]
    )
    assert [each.to_dict() for each in made.attachments] == [attachment]
