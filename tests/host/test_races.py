"""Several who act on one run at once: one wins, the others are told, and the run ends once."""

import asyncio

import pytest

from understudy import Function, Host, Invalid, NotFound, hookimpl
from understudy.runs.journal import recorded
from understudy.testing.model_server import call_tools, say

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CLERK = {"assistant.json": {"tools": [WEATHER]}}


def go(root, work, **options):
    async def main():
        async with Host(root, **options) as host, asyncio.timeout(20):
            return await work(host)

    return asyncio.run(main())


async def seen(execution, name):
    async for event in execution.events():
        if event.name == f"thread.{name}":
            return event
    raise AssertionError(name)


async def stored(host, run):
    path = (*await host.threads.locate(run.thread_id), "runs", run.id)
    return [event.name.removeprefix("thread.") for event in await recorded(host.store, path)]


async def waiting(host, model):
    model.script([call_tools([("weather", {})]), say("Done.")])
    execution = await host.start("clerk", "Rome?")
    event = await seen(execution, "run.requires_action")
    action = event.data["required_action"]["submit_tool_outputs"]
    return execution, {action["tool_calls"][0]["id"]: "Sunny"}


def test_of_two_who_cancel_a_waiting_run_one_does(root, model, write_assistant):
    write_assistant("clerk", CLERK)

    async def work(host):
        execution, _ = await waiting(host, model)
        asked = [execution.cancel(), execution.cancel()]
        given = await asyncio.gather(*asked, return_exceptions=True)
        return [str(getattr(one, "status", one)) for one in given], await stored(
            host, execution.run
        )

    given, events = go(root, work)
    assert given == ["cancelled", "Cannot cancel run with status 'cancelling'."]
    assert events.count("run.cancelled") == 1


def test_outputs_that_come_twice_at_once_are_taken_once(root, model, write_assistant):
    write_assistant("clerk", CLERK)

    async def work(host):
        execution, outputs = await waiting(host, model)
        asked = [execution.submit(outputs), execution.submit(outputs)]
        given = await asyncio.gather(*asked, return_exceptions=True)
        await execution.wait()
        return [type(one).__name__ for one in given], await stored(host, execution.run)

    given, events = go(root, work)
    assert given == ["Run", "Invalid"]
    assert events.count("run.queued") == 2  # at the start, and with the outputs
    assert events[-1] == "run.completed"


def test_a_run_that_is_cancelled_while_outputs_come_in_ends_as_cancelled(
    root, model, write_assistant
):
    write_assistant("clerk", CLERK)

    async def work(host):
        execution, outputs = await waiting(host, model)
        _, run = await asyncio.gather(execution.submit(outputs), execution.cancel())
        return run.status, (await stored(host, run))[-1]

    assert go(root, work) == ("cancelled", "run.cancelled")


@pytest.mark.parametrize("store", ["files", "memory"])
def test_a_run_can_be_cancelled_before_its_first_step(root, model, store):
    async def work(host):
        thread = await host.new_thread("jan")
        execution = await host.runs.create(thread.id, "jan")
        run = await execution.cancel()
        again = await host.run("jan", "And now?", thread=thread.id)
        return run.status, again.run.status

    assert go(root, work, store=store) == ("cancelled", "completed")


def test_closing_the_host_waits_for_a_run_that_is_being_cancelled(root, model):
    class Slow:
        @hookimpl
        async def invoke_assistant(self, run, proceed):
            yield "Well"
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.1)

    async def work(host):
        execution = await host.start("jan", "Talk")
        await seen(execution, "message.delta")
        cancelling = asyncio.create_task(execution.cancel())
        await seen(execution, "run.cancelling")
        await host.runs.close()
        return execution.run.status, (await cancelling).status

    assert go(root, work, plugins=[Slow()]) == ("cancelled", "cancelled")


def test_a_hook_that_ignores_the_cancellation_adds_nothing_to_the_answer(root, model):
    class Stubborn:
        @hookimpl
        async def invoke_assistant(self, run, proceed):
            yield "Well"
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return

    async def work(host):
        execution = await host.start("jan", "Talk")
        await seen(execution, "message.delta")
        return (await execution.cancel()).status, (await stored(host, execution.run))[-3:]

    assert go(root, work, plugins=[Stubborn()]) == (
        "cancelled",
        ["message.incomplete", "run.step.cancelled", "run.cancelled"],
    )


def test_a_failing_run_that_is_cancelled_meanwhile_still_ends(root, model):
    class Failing:
        def __init__(self):
            self.cancel = None

        @hookimpl
        async def invoke_assistant(self, run, proceed):
            yield "Well"
            raise ValueError("no")

        @hookimpl
        def observe_event(self, event):
            if event.name == "thread.run.step.failed":
                self.cancel = asyncio.create_task(self.execution.cancel())

    failing = Failing()

    async def work(host):
        failing.execution = await host.start("jan", "Talk")
        await failing.execution.wait()
        with pytest.raises(Invalid, match="Cannot cancel run with status 'failed'"):
            await failing.cancel
        return (await stored(host, failing.execution.run))[-1]

    assert go(root, work, plugins=[failing]) == "run.failed"


def test_a_run_is_only_reached_through_its_own_thread(root, model, write_assistant):
    write_assistant("clerk", CLERK)

    async def work(host):
        execution, outputs = await waiting(host, model)
        other, run = await host.new_thread(), execution.run.id
        for reach in (
            host.runs.get(other.id, run),
            host.runs.cancel(other.id, run),
            host.runs.submit_tool_outputs(other.id, run, outputs),
            anext(host.runs.events(other.id, run)),
        ):
            with pytest.raises(NotFound):
                await reach

    go(root, work)


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_damaged_run_blocks_no_thread_and_hides_no_other_run(root, model, text):
    async def work(host):
        first = await host.run("jan", "Hi")
        second = await host.run("jan", "Hi", thread=first.thread_id)
        folder = host.store.folder(("threads", first.thread_id, "runs", second.run.id))
        (folder / "run.json").write_text(text)
        await host.run("jan", "Hi again", thread=first.thread_id)
        page = await host.runs.page(first.thread_id)
        return len(page.items), page.items[-1].id == first.run.id

    assert go(root, work) == (2, True)


def test_an_assistant_that_is_loaded_by_several_at_once_is_closed_in_the_end(
    root, model, write_assistant
):
    opened = []

    class Tool:
        def __init__(self, context):
            self.functions = (Function("look"),)
            self.closed = False
            opened.append(self)

        async def call(self, call):
            return "seen"

        async def close(self):
            await asyncio.sleep(0.01)
            self.closed = True

    async def work(host):
        write_assistant("owl", {"assistant.json": {"tools": [{"type": "eye"}]}})
        await host.run("owl", "Hi")
        write_assistant("owl", {"assistant.json": {"tools": [{"type": "eye"}], "name": "Owl"}})
        await asyncio.gather(*(host.run("owl", "Hi") for _ in range(3)))

    go(root, work, providers={"tools": {"eye": Tool}})
    assert len(opened) > 1
    assert all(tool.closed for tool in opened)


def test_loops_that_run_side_by_side_ask_the_client_one_after_the_other(
    root, model, write_assistant
):
    loop = "(async () => { for await (const part of run.next()) {} })()"
    code = f"export async function* invoke(run) {{ await Promise.all([{loop}, {loop}]); }}"
    write_assistant("clerk", {**CLERK, "src/index.js": code})
    ask = call_tools([("weather", {})])
    model.script([ask, ask, say("Done."), say("Done.")])

    async def work(host):
        execution = await host.start("clerk", "Rome?")
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                action = event.data["required_action"]["submit_tool_outputs"]
                await execution.submit({call["id"]: "Sunny" for call in action["tool_calls"]})
        return [request.body["messages"][-1]["content"] for request in model.requests[2:]]

    assert go(root, work) == ["Sunny", "Sunny"]


def test_a_thread_can_be_deleted_while_its_run_is_being_cancelled(root, model, write_assistant):
    write_assistant("clerk", CLERK)

    async def work(host):
        execution, _ = await waiting(host, model)
        run = execution.run
        cancelling = asyncio.create_task(host.runs.cancel(run.thread_id, run.id))
        await asyncio.sleep(0)
        await host.delete_thread(run.thread_id)
        with pytest.raises(NotFound):
            await host.threads.get(run.thread_id)
        assert (await cancelling).status == "cancelled"

    go(root, work)
