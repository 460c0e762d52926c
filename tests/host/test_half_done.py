"""Whatever moment a run is cancelled at, or the store fails at: nothing is left half done."""

import asyncio

import pytest

from understudy import Function, Host, StoreError, hookimpl
from understudy.objects import RunOptions
from understudy.runs.journal import recorded
from understudy_memory import MemoryStore


class Store(MemoryStore):
    """A store that pauses in each write, and fails in those that the test says."""

    def __init__(self):
        super().__init__()
        self.writes = 0
        self.failing = ()

    async def pause(self):
        self.writes += 1
        own = self.writes  # some writes are made side by side
        await asyncio.sleep(0)
        if own in self.failing:
            raise StoreError("the disk is full", kind="full")
        await asyncio.sleep(0)

    async def put(self, path, value, **options):
        await self.pause()
        return await super().put(path, value, **options)

    async def append(self, log, records, **options):
        await self.pause()
        return await super().append(log, records, **options)


class Speaker:
    """Says something, calls a tool, and says something again."""

    @hookimpl
    async def invoke_assistant(self, run, proceed):
        yield "Wait."
        yield await run.effect("tool", {"name": "look"})


class Look:
    def __init__(self, context):
        self.functions = (Function("look"),)

    async def call(self, call):
        return "There it is."

    async def close(self):
        pass


async def begun(store):
    host = Host("unused", store=store, plugins=[Speaker()], providers={"tools": {"look": Look}})
    thread = await host.new_thread()
    options = RunOptions.model_validate({"tools": [{"type": "look"}]})
    return host, await host.runs.create(thread.id, "jan", options)


def check(events, messages):
    """Each step and message is created before all else is said of it, and ended once."""
    states = {}
    for event in events:
        id_ = event.data["id"]
        kind = event.name.rpartition(".")[2]
        if "message" in event.name or "step" in event.name:
            states.setdefault(id_, []).append(kind)
    for seen in states.values():
        assert seen[:2] == ["created", "in_progress"]
        assert seen[-1] in ("completed", "incomplete", "cancelled", "failed")
        assert not {"completed", "incomplete", "cancelled", "failed"} & {*seen[:-1]}
    written = {id_ for id_ in states if id_.startswith("msg_")}
    assert {message.id for message in messages} == written


async def cancelled_after(turns):
    store = Store()
    host, execution = await begun(store)
    async with host, asyncio.timeout(10):
        for _ in range(turns):
            await asyncio.sleep(0)
        await execution.stop()
        run = execution.run
        live = [event async for event in execution.events()]
        kept = await recorded(store, (*await host.threads.locate(run.thread_id), "runs", run.id))
        assert [event.n for event in live] == [event.n for event in kept]
        check(live, await (await host.messages(run.thread_id)).all())
        assert (await host.runs.get(run.thread_id, run.id)).status == run.status
        assert live[-1].name == f"thread.run.{run.status}"
        return run.status


def test_a_run_that_is_cancelled_at_any_moment_leaves_nothing_open():
    ends = [asyncio.run(cancelled_after(turns)) for turns in range(0, 160, 2)]
    assert {*ends} == {"cancelled", "completed"}


async def failed_at(write):
    store = Store()
    host, execution = await begun(store)
    async with host, asyncio.timeout(10):
        store.failing = (store.writes + write,)
        await execution.wait()
        run = execution.run
        live = [event async for event in execution.events()]
        check(live, await (await host.messages(run.thread_id)).all())
        assert live[-1].name == f"thread.run.{run.status}"
        return run.status


@pytest.mark.parametrize("write", range(1, 13))
def test_a_run_whose_write_fails_once_ends_as_failed_and_leaves_nothing_open(write):
    assert asyncio.run(failed_at(write)) == "failed"


def test_a_run_whose_end_is_in_the_journal_has_ended_even_if_its_file_cannot_be_written():
    assert asyncio.run(failed_at(13)) == "completed"
