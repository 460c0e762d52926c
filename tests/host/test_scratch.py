"""Threads that are kept nowhere, and calls of the client that are part of a conversation."""

from __future__ import annotations

import asyncio

import pytest

from understudy import Host, NotFound
from understudy.objects import CallOptions
from understudy.testing.model_server import hang, say


def go(root, work):
    async def main():
        async with Host(root) as host:
            return await work(host)

    return asyncio.run(main())


def options(*messages, **others):
    return CallOptions.model_validate({"additional_messages": list(messages), **others})


def user(text):
    return {"role": "user", "content": text}


def called(output, call_id="c1"):
    function = {"name": "clock", "arguments": "{}", "output": output}
    call = {"id": call_id, "type": "function", "function": function}
    return {"role": "assistant", "content": [{"type": "tool_calls", "tool_calls": [call]}]}


def test_a_run_on_a_scratch_leaves_nothing(root, model):
    async def work(host):
        async with host.scratch() as scratch:
            thread = await scratch.threads.create()
            execution = await scratch.runs.create(thread.id, "jan", options(user("Hi")))
            assert (await execution.wait()).status == "completed"
            with pytest.raises(NotFound):
                await host.threads.get(thread.id)

    go(root, work)
    assert not (root / "threads").exists()


def test_what_runs_at_the_end_of_the_block_is_stopped(root, model):
    model.script([hang(after=1)])

    async def work(host):
        async with host.scratch() as scratch:
            thread = await scratch.threads.create()
            execution = await scratch.runs.create(thread.id, "jan", options(user("Hi")))
            await asyncio.to_thread(model.wait_for_request)
        return execution.run.status

    assert go(root, work) == "cancelled"
    assert model.requests[0].left.wait(10)


def test_a_host_that_is_stopped_ends_the_runs_of_its_scratches(root, model):
    model.script([hang(after=1)])

    async def work(host):
        async with host.scratch() as scratch:
            thread = await scratch.threads.create()
            execution = await scratch.runs.create(thread.id, "jan", options(user("Hi")))
            await asyncio.to_thread(model.wait_for_request)
            await host.stop()
            return execution.run.status

    assert go(root, work) == "cancelled"


def test_parameters_that_runs_have_no_field_for_reach_the_model(root, model):
    async def work(host):
        thread = await host.new_thread()
        asked = options(user("Hi"), parameters={"seed": 4}, max_completion_tokens=5)
        await (await host.runs.create(thread.id, "jan", asked)).wait()

    go(root, work)
    body = model.requests[0].body
    assert (body["seed"], body["max_completion_tokens"]) == (4, 5)


def test_the_model_is_told_calls_with_their_outputs_and_the_text_before_them(root, model):
    said = {"role": "assistant", "content": "Let me see."}

    async def work(host):
        thread = await host.new_thread()
        asked = options(user("Time?"), said, called("12:00"))
        await (await host.runs.create(thread.id, "jan", asked)).wait()

    go(root, work)
    assistant, output = model.requests[0].body["messages"][-2:]
    assert (assistant["role"], assistant["content"]) == ("assistant", "Let me see.")
    assert [call["function"] for call in assistant["tool_calls"]] == [
        {"name": "clock", "arguments": "{}"}
    ]
    assert output == {"role": "tool", "tool_call_id": "c1", "content": "12:00"}


def test_a_budget_drops_calls_and_outputs_together(root, model):
    model.script([say("ok")])
    long = "word " * 1000

    async def work(host):
        thread = await host.new_thread()
        messages = (user("Time?"), called(long), user("And now?"), called("13:00", "c2"))
        asked = options(*messages, max_prompt_tokens=256)
        await (await host.runs.create(thread.id, "jan", asked)).wait()

    go(root, work)
    told = [m for m in model.requests[0].body["messages"] if m["role"] != "system"]
    assert [message["role"] for message in told] == ["user", "assistant", "tool"]
    assert told[0]["content"] == "And now?" and told[2]["content"] == "13:00"
