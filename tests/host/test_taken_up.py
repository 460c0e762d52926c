"""A run that waits for its client outlives its process: the next host takes it up."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from understudy import Conflict, Host, Invalid
from understudy.testing.model_server import call_tools, say

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
USED = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
ASK = """
import asyncio, sys
from understudy import Host

async def main():
    async with Host(sys.argv[1]) as host:
        execution = await host.start(sys.argv[2], "Rome?")
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                print(execution.run.thread_id, execution.run.id, flush=True)

asyncio.run(main())
"""


def killed_while_it_waits(root, assistant="clerk"):
    process = subprocess.Popen(
        [sys.executable, "-c", ASK, str(root), assistant], stdout=subprocess.PIPE, text=True
    )
    thread_id, run_id = process.stdout.readline().split()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return thread_id, run_id


def go(root, work):
    async def main():
        async with Host(root) as host:
            return await work(host)

    return asyncio.run(main())


@pytest.fixture
def clerk(write_assistant, model):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    answer = call_tools([("weather", {"city": "Rome"})], text="Let me look.")
    model.script([type(answer)(answer.pieces, "tool_calls", USED), say("Sunny.", usage=USED)])


async def answered(host, thread_id, run_id):
    run = await host.runs.get(thread_id, run_id)
    [call] = run.required_action.submit_tool_outputs.tool_calls
    await host.runs.submit_tool_outputs(thread_id, run_id, {call.id: "25 degrees"})
    return [event async for event in host.runs.events(thread_id, run_id)]


def test_it_still_waits_and_its_answer_is_taken(root, model, clerk):
    thread_id, run_id = killed_while_it_waits(root)

    async def work(host):
        run = await host.runs.get(thread_id, run_id)
        with pytest.raises(Conflict, match=run_id):
            await host.say(thread_id, "Are you there?")
        events = await answered(host, thread_id, run_id)
        messages = await (await host.messages(thread_id)).all()
        steps = await host.runs.steps(thread_id, run_id)
        return run, events, messages, steps, await host.runs.get(thread_id, run_id)

    waiting, events, messages, steps, over = go(root, work)
    assert waiting.status == "requires_action"
    assert over.status == "completed"
    assert len(model.requests) == 2
    assert model.requests[1].body["messages"][-1]["content"] == "25 degrees"
    assert [message.text for message in messages] == ["Rome?", "Let me look.", "Sunny."]
    assert over.usage.total_tokens == 30
    assert [(step.type, step.status) for step in steps] == [
        ("message_creation", "completed"),
        ("tool_calls", "completed"),
        ("message_creation", "completed"),
    ]
    assert steps[1].step_details["tool_calls"][0]["function"]["output"] == "25 degrees"
    numbers = [event.n for event in events]
    assert numbers == sorted(set(numbers))
    names = [event.name for event in events if not event.name.endswith("delta")]
    assert names.count("thread.run.created") == names.count("thread.run.requires_action") == 1
    assert names[-1] == "thread.run.completed"


def test_what_the_host_did_before_is_not_done_again(root, model, write_assistant, tmp_path):
    code = """
    export const tools = [{ name: "note", execute: ({ text }) => "noted " + text }];
    export async function* invoke(run) {
      yield await run.tools.call("note", { text: "first" });
      yield* run.next();
      yield " Done.";
    }
    """
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}, "src/index.js": code})
    calls = [("weather", {}), ("note", {"text": "second"})]
    model.script([call_tools(calls), say("Sunny.")])
    thread_id, run_id = killed_while_it_waits(root)

    async def work(host):
        events = await answered(host, thread_id, run_id)
        return events, await (await host.messages(thread_id)).all()

    events, messages = go(root, work)
    assert events[-1].name == "thread.run.completed"
    assert [message.text for message in messages] == ["Rome?", "noted first", "Sunny. Done."]
    outputs = [m["content"] for m in model.requests[1].body["messages"] if m["role"] == "tool"]
    assert sorted(outputs) == ["25 degrees", "noted second"]


def test_code_that_does_another_thing_than_before_ends_the_run_with_that_reason(
    root, model, write_assistant
):
    first = "export async function* invoke(run) { yield* run.next(); }"
    folder = write_assistant(
        "clerk", {"assistant.json": {"tools": [WEATHER]}, "src/index.js": first}
    )
    model.script([call_tools([("weather", {})])])
    thread_id, run_id = killed_while_it_waits(root)
    other = "export async function* invoke(run) { await run.model.available(); yield 'x'; }"
    (folder / "src/index.js").write_text(other)

    async def work(host):
        run = await host.runs.get(thread_id, run_id)
        [call] = run.required_action.submit_tool_outputs.tool_calls
        with pytest.raises(Invalid, match="do not accept"):
            await host.runs.submit_tool_outputs(thread_id, run_id, {call.id: "x"})
        return await host.runs.get(thread_id, run_id)

    run = go(root, work)
    assert run.status == "failed"
    assert "cannot be taken up" in run.last_error.message


def test_it_can_be_cancelled(root, model, clerk):
    thread_id, run_id = killed_while_it_waits(root)

    async def work(host):
        run = await host.runs.cancel(thread_id, run_id)
        await host.say(thread_id, "Never mind.")
        return run.status

    assert go(root, work) == "cancelled"


def test_closing_a_host_leaves_it_waiting(root, model, clerk):
    async def ask(host):
        execution = await host.start("clerk", "Rome?")
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                return execution.run.thread_id, execution.run.id

    thread_id, run_id = go(root, ask)

    async def answer(host):
        return (await answered(host, thread_id, run_id))[-1].name

    assert go(root, answer) == "thread.run.completed"


def test_it_expires_when_nobody_answers(root, model, clerk):
    thread_id, run_id = killed_while_it_waits(root)
    path = root / "threads" / thread_id / "runs" / run_id / "run.json"
    text = path.read_text()
    start = text.index('"expires_at": ') + len('"expires_at": ')
    end = text.index(",", start)
    path.write_text(f"{text[:start]}{int(time.time()) - 1}{text[end:]}")

    async def work(host):
        run = await host.runs.get(thread_id, run_id)
        await host.say(thread_id, "Too late.")
        return run.status

    assert go(root, work) == "expired"
