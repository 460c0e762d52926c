"""A host that is killed, and the next one that is to leave its run: it ends, and says why."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

from understudy import Host
from understudy.runs.journal import recorded
from understudy.testing.model_server import say

ASK = """
import asyncio, sys
from understudy import Host

async def main():
    async with Host(sys.argv[1]) as host:
        execution = await host.start("jan", "Talk")
        print(execution.run.thread_id, execution.run.id, flush=True)
        async for event in execution.events():
            if event.name == "thread.message.delta":
                print("said", flush=True)

asyncio.run(main())
"""


def kill_while_it_speaks(root, model):
    model.script([say(chunks=["partial ", "answer ", threading.Event()])])
    process = subprocess.Popen(
        [sys.executable, "-c", ASK, str(root)], stdout=subprocess.PIPE, text=True
    )
    thread_id, run_id = process.stdout.readline().split()
    assert [process.stdout.readline() for _ in range(2)] == ["said\n", "said\n"]
    journal = root / "threads" / thread_id / "runs" / run_id / "journal.jsonl"
    while "answer " not in journal.read_text():  # it is written a moment after it was seen
        os.sched_yield()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return thread_id, run_id


def test_a_killed_run_is_ended_as_failed_and_its_thread_is_free(root, model):
    thread_id, run_id = kill_while_it_speaks(root, model)

    async def main():
        async with Host(root, resume="none") as host:
            run = await host.runs.get(thread_id, run_id)
            steps = await host.runs.steps(thread_id, run_id)
            reply = await host.run("jan", "And now?", thread=thread_id)
            messages = await (await host.messages(thread_id)).all()
            return run, steps, reply, messages

    run, steps, reply, messages = asyncio.run(main())
    assert (run.status, run.last_error.code) == ("failed", "server_error")
    assert [step.status for step in steps] == ["failed"]
    assert [(message.status, message.role) for message in messages] == [
        ("completed", "user"),
        ("incomplete", "assistant"),
        ("completed", "user"),
        ("completed", "assistant"),
    ]
    assert messages[1].text == "partial answer "
    assert reply.text == "You said: And now?"


def test_the_journal_of_a_killed_run_ends_with_its_end_and_keeps_counting(root, model):
    thread_id, run_id = kill_while_it_speaks(root, model)

    async def main():
        async with Host(root, resume="none") as host:
            await host.runs.get(thread_id, run_id)
            path = ("threads", thread_id, "runs", run_id)
            events = await recorded(host.store, path)
            followed = [event async for event in host.runs.events(thread_id, run_id)]
            return events, followed

    events, followed = asyncio.run(main())
    assert events[-1].name == "thread.run.failed"
    numbers = [event.n for event in events]
    assert numbers == sorted(set(numbers))
    assert followed == events


def test_a_run_of_a_living_process_is_left_alone(root, model):
    gate = threading.Event()
    model.script([say(chunks=["partial ", gate, "answer"])])

    async def main():
        async with Host(root) as host, Host(root) as other:
            execution = await host.start("jan", "Talk")
            seen = (await other.runs.get(execution.run.thread_id, execution.run.id)).status
            gate.set()
            return seen, (await host.reply(execution)).text

    assert asyncio.run(main()) in [
        ("in_progress", "partial answer"),
        ("queued", "partial answer"),
    ]
