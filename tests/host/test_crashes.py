"""A process that dies between any two writes: its run goes on in another one, or ends there."""

import asyncio
import json
from collections import Counter

import pytest

from understudy import Function, Host, StoreError, hookimpl
from understudy.models import ChatChunk
from understudy.objects import RunOptions
from understudy_memory import MemoryStore

USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


class Store(MemoryStore):
    """A store that takes so many writes, and then none, as if its process had died."""

    def __init__(self):
        super().__init__()
        self.left = 1000
        self.dead = asyncio.Event()
        self.buried = asyncio.Event()

    async def write(self):
        self.left -= 1
        if self.left < 0:
            self.dead.set()
            await self.buried.wait()
            raise StoreError("the process is dead")

    async def put(self, path, value, **options):
        await self.write()
        return await super().put(path, value, **options)

    async def append(self, log, records, **options):
        await self.write()
        return await super().append(log, records, **options)

    def survivor(self):
        store = MemoryStore()
        store._documents = dict(self._documents)
        store._logs = {path: [*lines] for path, lines in self._logs.items()}
        self.buried.set()
        return store


class Speaker:
    """Says something, hands over to the model, and calls a tool."""

    @hookimpl
    async def invoke_assistant(self, run, proceed):
        yield "Wait."
        async for part in run.stream("next", {}):
            yield part
        yield await run.effect("tool", {"name": "look"})


MADE = Counter()


class Look:
    def __init__(self, context):
        self.functions = (Function("look", idempotent=True),)

    async def call(self, call):
        MADE["look"] += 1
        return "There it is."

    async def close(self):
        pass


class Model:
    async def chat(self, request):
        MADE["chat"] += 1
        yield ChatChunk(text="Yes.", finish_reason="stop", usage=USAGE)

    async def models(self, settings):
        return ["m"]

    async def close(self):
        pass


def opened(store, **options):
    providers = {"tools": {"look": Look}, "models": {"fake": Model}}
    return Host("unused", store=store, plugins=[Speaker()], providers=providers, **options)


async def run_until(store, writes):
    host = opened(store)
    thread = await host.new_thread()
    options = RunOptions.model_validate({"model": "fake/m", "tools": [{"type": "look"}]})
    store.left = writes

    async def work():
        await (await host.runs.create(thread.id, "jan", options)).wait()

    work = asyncio.create_task(work())
    await asyncio.wait(
        {work, asyncio.create_task(store.dead.wait())}, return_when=asyncio.FIRST_COMPLETED
    )
    return thread.id, work.done()


async def look_at(store, thread_id, resume="none"):
    async with opened(store, resume=resume) as host:
        [run] = (await host.runs.page(thread_id)).items
        events = [event async for event in host.runs.events(thread_id, run.id)]
        run = await host.runs.get(thread_id, run.id)
        steps = await host.runs.steps(thread_id, run.id)
        messages = await (await host.messages(thread_id)).all()
        await host.say(thread_id, "The thread can be used.")
        return run, events, steps, messages


async def killed_after(writes):
    store = Store()
    thread_id, finished = await run_until(store, writes)
    run, events, steps, messages = await look_at(store.survivor(), thread_id)
    assert run.status in ("completed", "failed")
    assert events[-1].name == f"thread.run.{run.status}"
    assert run.usage is not None
    assert all(step.status in ("completed", "failed") for step in steps)
    said = {event.data["id"] for event in events if event.name == "thread.message.created"}
    assert said == {message.id for message in messages}
    assert all(message.status in ("completed", "incomplete") for message in messages)
    return finished


@pytest.mark.parametrize("writes", range(1, 16))
def test_a_run_whose_process_dies_after_any_write_ends_and_frees_its_thread(writes):
    asyncio.run(asyncio.wait_for(killed_after(writes), 10))


def test_the_writes_that_are_tried_are_those_of_a_whole_run():
    assert asyncio.run(killed_after(15))
    assert not asyncio.run(killed_after(12))


def test_a_run_that_died_tells_what_its_model_calls_have_used():
    async def main():
        store = Store()
        thread_id, _ = await run_until(store, 10)
        return (await look_at(store.survivor(), thread_id))[0]

    run = asyncio.run(main())
    assert (run.status, run.usage.wire()) == ("failed", USAGE)


def check_story(events):
    """Each object is created, told of and ended, in this order and once."""
    numbers = [event.n for event in events]
    assert numbers == sorted(set(numbers))
    ended = set()
    for event in events:
        id_, kind = event.data["id"], event.name.rpartition(".")[2]
        if id_.startswith("run_"):
            continue
        assert id_ not in ended
        if kind in ("completed", "incomplete", "failed"):
            ended.add(id_)
    begun = {event.data["id"] for event in events if event.name.endswith(".created")}
    assert ended == {id_ for id_ in begun if not id_.startswith("run_")}
    assert [event.name for event in events].count("thread.run.created") == 1


async def goes_on_after(writes):
    MADE.clear()
    store = Store()
    thread_id, _ = await run_until(store, writes)
    before = MADE.copy()
    survivor = store.survivor()
    finished = {
        line["result"]
        for path, lines in survivor._logs.items()
        if path[-1] == "journal"
        for line in map(json.loads, lines)
        if "result" in line
    }
    run, events, steps, messages = await look_at(survivor, thread_id, "asked")
    check_story(events)
    whole = [message.text for message in messages if message.status == "completed"]
    assert (run.status, whole) == ("completed", ["Wait.Yes.", "There it is."])
    assert run.usage.total_tokens == 3
    assert [step.type for step in steps if step.status == "completed"] == [
        "message_creation", "tool_calls", "message_creation",
    ]  # fmt: skip
    assert MADE["chat"] - before["chat"] == ("e1.e1" not in finished)
    assert MADE["look"] - before["look"] == ("e2" not in finished)


@pytest.mark.parametrize("writes", range(1, 15))
def test_a_run_whose_process_dies_after_any_write_goes_on_and_makes_nothing_twice(writes):
    asyncio.run(asyncio.wait_for(goes_on_after(writes), 10))
