"""Threads: where they lie, in which formats they are read, what may be changed."""

import asyncio
import json

import pytest

from understudy import Host, NotFound


def go(root, work):
    async def main():
        async with Host(root) as host:
            return await work(host)

    return asyncio.run(main())


def test_threads_lie_in_the_root_as_folders_that_can_be_read(root, model):
    async def work(host):
        return (await host.run("jan", "Grüße 👋")).thread_id

    thread_id = go(root, work)
    folder = root / "threads" / thread_id
    assert json.loads((folder / "thread.json").read_text())["id"] == thread_id
    lines = [json.loads(line) for line in (folder / "messages.jsonl").read_text().splitlines()]
    assert [line["role"] for line in lines] == ["user", "assistant"]
    assert lines[0]["content"][0]["text"]["value"] == "Grüße 👋"
    [run] = (folder / "runs").iterdir()
    assert json.loads((run / "run.json").read_text())["status"] == "completed"


@pytest.mark.parametrize("where", ["threads", "assistants/elephant/threads"])
def test_an_assistant_can_keep_its_threads_in_its_own_folder(root, model, write_assistant, where):
    folder = write_assistant("elephant", {"assistant.json": {"thread_location": where}})

    async def remember(host):
        return (await host.run("elephant", "I am Ada.")).thread_id

    async def recall(host):
        return (await host.run("elephant", "Who am I?", thread=thread_id)).thread_id

    thread_id = go(root, remember)
    assert (folder / "threads" / thread_id / "messages.jsonl").is_file()
    assert go(root, recall) == thread_id
    assert len(model.requests[1].body["messages"]) == 3 + bool(
        model.requests[1].body["messages"][0]["role"] == "system"
    )


def test_a_thread_can_be_read_changed_and_deleted(root):
    async def work(host):
        thread = await host.new_thread(metadata={"topic": "a"})
        await host.say(thread.id, "Hello")
        changed = await host.threads.modify(thread.id, {"metadata": {"topic": "b"}})
        read = await host.threads.get(thread.id)
        await host.threads.delete(thread.id)
        with pytest.raises(NotFound, match=thread.id):
            await host.threads.get(thread.id)
        return changed, read

    changed, read = go(root, work)
    assert changed == read
    assert read.metadata == {"topic": "b"}


@pytest.mark.parametrize("name", ["../../etc", "", ".", "a/b", "a" * 300, "\x00"])
def test_hostile_ids_are_simply_not_found(root, name):
    async def work(host):
        with pytest.raises(NotFound):
            await host.threads.get(name)
        with pytest.raises(NotFound):
            await host.run(name, "Hi")

    go(root, work)


def test_messages_can_be_paged_changed_and_deleted(root, model):
    async def work(host):
        thread = await host.new_thread()
        made = [await host.say(thread.id, f"number {n}") for n in range(5)]
        messages = await host.messages(thread.id)
        first = await messages.page(limit=2)
        second = await messages.page(limit=2, after=first.items[-1].id)
        await messages.delete(made[0].id)
        await messages.modify(made[1].id, {"kind": "note"})
        left = await messages.all()
        await host.runs.create(thread.id, "jan")
        return first, second, left

    first, second, left = go(root, work)
    assert [message.text for message in first.items] == ["number 4", "number 3"]
    assert [message.text for message in second.items] == ["number 2", "number 1"]
    assert first.has_more and second.has_more
    assert [message.text for message in left] == ["number 1", "number 2", "number 3", "number 4"]
    assert left[0].metadata == {"kind": "note"}


def test_a_line_that_somebody_adds_by_hand_is_seen_at_once(root, model):
    async def work(host):
        reply = await host.run("jan", "Hi")
        log = root / "threads" / reply.thread_id / "messages.jsonl"
        line = {
            "id": "by_hand",
            "role": "user",
            "content": [{"type": "text", "text": {"value": "me"}}],
        }
        with log.open("a") as file:
            file.write(json.dumps(line) + "\n")
        messages = await (await host.messages(reply.thread_id)).all()
        return [message.text for message in messages]

    assert go(root, work) == ["Hi", "You said: Hi", "me"]
