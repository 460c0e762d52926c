"""Single lines and threads of Jan's, odd ones too, as objects of ours."""

import random

import pytest

from understudy.jan import (
    assistant_from_jan,
    inline_messages,
    message_from_jan,
    model_from_jan,
    thread_from_jan,
)
from understudy.objects import Message, Thread

OURS = Message(
    id="msg_1",
    created_at=1700000000,
    thread_id="t",
    role="user",
    content=[{"type": "text", "text": {"value": "Hi", "annotations": [{"type": "file_citation"}]}}],
    attachments=[{"file_id": "file-1", "tools": [{"type": "file_search"}]}],
    metadata={"a": "b"},
).wire()


def test_our_own_records_pass_as_they_are():
    thread = Thread(id="t", created_at=1700000000, metadata={"a": "b"}).wire()
    assert thread_from_jan(thread, "t") is thread
    assert message_from_jan(OURS, "t", 1) is OURS
    gone = {"id": "msg_1", "object": "thread.message.deleted", "deleted": True}
    assert message_from_jan(gone, "t", 1) is gone


@pytest.mark.parametrize(
    ("written", "status", "details"),
    [
        ("ready", "completed", None),
        ("pending", "in_progress", None),
        ("stopped", "incomplete", {"reason": "run_cancelled"}),
        ("error", "incomplete", {"reason": "run_failed"}),
        ("completed", "completed", None),
        ("whatever", "completed", None),
        (["x"], "completed", None),
        (None, "completed", None),
    ],
)
def test_states_are_openais(written, status, details):
    message = message_from_jan({"role": "user", "status": written, "content": "Hi"}, "t", 1)
    assert (message["status"], message["incomplete_details"]) == (status, details)


@pytest.mark.parametrize("role", ["system", "tool", "developer", ["user"], None, 5])
def test_what_is_no_part_of_the_conversation_is_left_out(role):
    assert message_from_jan({"id": "1", "role": role, "content": "x"}, "t", 1) is None


@pytest.mark.parametrize("name", [None, "", "a/b", "../x", ["x"], {}])
def test_a_message_without_a_usable_id_is_named_by_its_place(name):
    assert message_from_jan({"id": name, "role": "user"}, "t", 7)["id"] == "msg_7"
    assert message_from_jan({"id": 12, "role": "user"}, "t", 7)["id"] == "12"


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("Hi", [("text", "Hi")]),
        (["Hi"], [("text", "Hi")]),
        ([{"type": "text", "text": "Hi"}], [("text", "Hi")]),
        ([{"text": {"value": "Hi"}}], [("text", "Hi")]),
        ([{"type": "text", "text": {"value": 5}}], [("unreadable", None)]),
        ([{"type": "image_url", "image_url": {}}], [("unreadable", None)]),
        ([{"type": "image_url", "image_url": "http://x/y.png"}], [("image_url", None)]),
        ([{"type": "reasoning", "text": {"value": "Hm"}}], [("reasoning", None)]),
        ([5, None], [("unreadable", None)] * 2),
        (None, []),
        ({"a": 1}, []),
    ],
)
def test_content_of_every_shape_is_kept(content, parts):
    message = Message.model_validate(message_from_jan({"role": "user", "content": content}, "t", 1))
    kinds = [part.type for part in message.content]
    assert kinds == [kind for kind, _ in parts]
    assert message.text == "".join(text for _, text in parts if text)
    kept = [part.model_extra["original"] for part in message.content if part.type == "unreadable"]
    assert all(entry in content for entry in kept)


def test_metadata_that_does_not_fit_is_kept_beside():
    odd = {"n": 5, "flag": True, "deep": {"a": 1}, "long": "x" * 513, "k" * 65: "v"}
    message = message_from_jan({"role": "user", "metadata": odd}, "t", 1)
    assert message["metadata"] == {"n": "5", "flag": "true"}
    assert message["jan_metadata"] == {key: odd[key] for key in ("deep", "long", "k" * 65)}
    many = {str(n): "v" for n in range(20)}
    thread = thread_from_jan({"title": "Title", "metadata": many}, "t")
    assert len(thread["metadata"]) == 16
    assert thread["metadata"] | thread["jan_metadata"] == many


@pytest.mark.parametrize(
    ("record", "folder", "created_at"),
    [
        ({"created": 1700000000123}, "t", 1700000000),
        ({"created_at": 1700000000.9}, "t", 1700000000),
        ({"created_at": "2023-11-14T22:13:20Z"}, "t", 1700000000),
        ({}, "jan_1700000000", 1700000000),
        ({"created": 0, "updated": 1700000000123}, "t", 1700000000),
        ({"created": "soon"}, "t", 0),
        ({"created": float("nan")}, "t", 0),
    ],
)
def test_a_thread_finds_its_time(record, folder, created_at):
    assert thread_from_jan(record, folder)["created_at"] == created_at


ODD = [None, 1, -1, 1e300, float("nan"), "", "x", [], {}, [1], True, [[]], [{}], {"type": []}]
KEYS = [
    *("id", "object", "created_at", "created", "updated", "role"),
    *("status", "content", "attachments", "file_ids", "metadata", "title"),
    *("summary", "assistants", "messages", "tool_resources", "completed_at", "incomplete_details"),
    *("rel_path", "deleted", "thread_id", "model", "models", "engine"),
    *("provider", "settings", "parameters", "instructions", "tools", "name"),
    *("type", "text", "image_url"),
]
WORDS = ["text", "image", "pdf", "image_url", "user", "assistant", "ready", "error", "completed"]


def _odd_value(chance, depth=0):
    kind = chance.random()
    if kind < 0.3 and depth < 3:
        return _odd_record(chance, 4, depth + 1)
    if kind < 0.5 and depth < 3:
        return [_odd_value(chance, depth + 1) for _ in range(chance.randrange(3))]
    return chance.choice(WORDS if kind < 0.6 else ODD)


def _odd_record(chance, size, depth=0):
    keys = chance.choices(KEYS, k=chance.randrange(size))
    return {key: _odd_value(chance, depth) for key in keys}


def test_our_own_record_with_anything_wrong_in_it_is_mended():
    chance = random.Random(20231125)
    for key in [*OURS, "file_ids", "rel_path"]:
        for _ in range(40):
            message = message_from_jan(OURS | {key: _odd_value(chance)}, "t", 3)
            assert message is None or Message.model_validate(message)


def test_no_record_makes_them_raise_and_a_second_time_changes_nothing():
    chance = random.Random(20231124)
    for _ in range(3000):
        record = _odd_record(chance, 12)
        before = repr(record)
        thread = thread_from_jan(record, "t_1")
        Thread.model_validate(thread)
        assert repr(thread_from_jan(thread, "t_1")) == repr(thread)
        message = message_from_jan(record, "t", 3)
        if message is not None and message.get("deleted") is not True:
            Message.model_validate(message)
            assert repr(message_from_jan(message, "t", 3)) == repr(message)
        inline_messages(record, "t")
        model_from_jan(record)
        assistant_from_jan(record)
        assert repr(record) == before
