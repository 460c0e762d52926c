"""A process killed in the middle of a run, and the next one that goes on with it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from understudy import Conflict, Host
from understudy.reply import Reply
from understudy.testing.model_server import call_tools, say

PLAYERS = Path(__file__).with_name("players.py")
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


class Killed:
    """A host in a process of its own, killed when the test says so."""

    def __init__(self, root, assistant="clerk"):
        command = [sys.executable, str(PLAYERS), str(root), assistant]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.ids = tuple(self.process.stdout.readline().split())

    def at(self, text):
        """Kill it when it has said a line that holds this."""
        for line in self.process.stdout:
            if text in line:
                break
        return self.now()

    def now(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        return self.ids


def play(root, work, **options):
    sys.path.insert(0, str(PLAYERS.parent))
    try:
        from players import opened
    finally:
        sys.path.pop(0)

    async def main():
        async with asyncio.timeout(20), opened(root, **options) as host:
            return await work(host)

    return asyncio.run(main())


def end_of(root, thread_id, run_id, **options):
    async def work(host):
        events = [event async for event in host.runs.events(thread_id, run_id)]
        run = await host.runs.get(thread_id, run_id)
        steps = await host.runs.steps(thread_id, run_id)
        return run, events, steps, await (await host.messages(thread_id)).all()

    return play(root, work, **options)


def calls(root):
    """What the tools have counted."""
    file = root.parent / "calls"
    return file.read_text().split() if file.exists() else []


def texts(messages, status="completed"):
    return [m.text for m in messages if m.role == "assistant" and m.status == status]


@pytest.fixture
def clerk(write_assistant):
    tools = [{"type": "note"}, {"type": "pay"}, {"type": "look"}, WEATHER]

    def write(code=None):
        files = {"assistant.json": {"tools": tools}}
        write_assistant("clerk", files | ({"src/index.js": code} if code else {}))

    write()
    return write


def test_an_answer_that_was_being_written_is_begun_anew_and_the_old_one_marked(root, model, clerk):
    model.script([say(chunks=["partial ", threading.Event()]), say("The whole answer.")])
    run, events, steps, messages = end_of(root, *Killed(root).at("message.delta"))
    assert run.status == "completed"
    assert texts(messages) == ["The whole answer."]
    assert texts(messages, "incomplete") in (["partial "], [""])  # a crash may take words back
    assert [step.status for step in steps] == ["failed", "completed"]
    told = {}
    for event in events:
        if event.name == "thread.message.delta":
            text = event.data["delta"]["content"][0]["text"]["value"]
            told[event.data["id"]] = told.get(event.data["id"], "") + text
    assert told.get(messages[-1].id) == "The whole answer."
    assert Reply(run, tuple(messages[1:])).text == "The whole answer."
    assert len(model.requests) == 2


def test_numbers_go_on_behind_all_that_a_reader_can_have_seen(root, model, clerk):
    model.script([say(chunks=["a", "b", "c", threading.Event()]), say("Done.")])
    killed = Killed(root)
    seen = [int(killed.process.stdout.readline().split()[0]) for _ in range(8)]
    _, events, _, _ = end_of(root, *killed.now())
    numbers = [event.n for event in events]
    assert numbers == sorted(set(numbers))
    fresh = [event for event in events if event.name == "thread.message.incomplete"]
    assert fresh[0].n > max(seen)


def test_a_finished_model_call_and_a_finished_tool_call_are_made_once(root, model, clerk):
    model.script(
        [call_tools([("note", {"text": "a"}), ("look", {"hold": True})]), say("Noted and looked.")]
    )
    killed = Killed(root).at("calling look")
    run, events, steps, messages = end_of(root, *killed)
    assert run.status == "completed"
    assert texts(messages) == ["Noted and looked."]
    assert calls(root) == ["note", "look", "look"]  # look may be made again, and was under way
    assert len(model.requests) == 2
    assert [step.type for step in steps] == ["tool_calls", "message_creation"]
    outputs = [call["function"]["output"] for call in steps[0].step_details["tool_calls"]]
    assert outputs == ["noted a", "seen"]
    assert [event.name for event in events].count("thread.run.step.created") == 2


def test_a_call_that_may_not_be_made_twice_ends_the_run_with_that_reason(root, model, clerk):
    model.script([call_tools([("pay", {"hold": True})])])
    run, _, steps, _ = end_of(root, *Killed(root).at("calling pay"))
    assert run.status == "failed"
    assert "`pay` was under way" in run.last_error.message
    assert calls(root) == ["pay"]
    assert [step.status for step in steps] == ["failed"]
    assert len(model.requests) == 1


def test_code_that_catches_every_error_cannot_go_on_without_its_call(root, model, clerk):
    clerk("""export async function* invoke(run) {
      try { await run.tools.call("pay", { hold: true }); } catch { yield "never mind"; }
    }""")
    run, _, _, messages = end_of(root, *Killed(root).at("calling pay"))
    assert (run.status, texts(messages)) == ("failed", [])
    assert calls(root) == ["pay"]


CODE = """export async function* invoke(run) {
  const begun = [Date.now(), Math.random(), crypto.randomUUID()];
  await run.tools.call("note", { text: JSON.stringify(begun) });
  yield "First. ";
  await new Promise((resolve) => setTimeout(resolve, 5));
  const [a, b] = await Promise.all([
    run.tools.call("note", { text: "a" + Date.now() }),
    run.tools.call("note", { text: "b" + Math.random() }),
  ]);
  await run.tools.call("look", { hold: true, begun, after: Date.now() });
  yield "Second.";
}"""


def test_clock_chance_and_timers_of_the_code_are_the_same_again(root, model, clerk):
    clerk(CODE)
    run, _, _, messages = end_of(root, *Killed(root).at("calling look"))
    assert run.status == "completed", run.last_error
    assert texts(messages) == ["First. ", "Second."]
    assert calls(root) == ["note", "note", "note", "look", "look"]


def test_code_that_was_changed_meanwhile_does_not_follow_its_journal(root, model, clerk):
    clerk(CODE)
    killed = Killed(root).at("calling look")
    clerk(CODE.replace('"a" + Date.now()', '"changed"'))
    run, _, _, _ = end_of(root, *killed)
    assert run.status == "failed"
    assert "does not follow its own journal" in run.last_error.message
    assert calls(root) == ["note", "note", "note", "look"]


def test_code_that_leaves_out_what_it_did_before_is_told_so(root, model, clerk):
    clerk(CODE)
    killed = Killed(root).at("calling look")
    clerk('export async function* invoke() { yield "Nothing to do."; }')
    run, _, _, messages = end_of(root, *killed)
    assert run.status == "failed"
    assert "did not ask for" in run.last_error.message
    assert texts(messages) == ["First. "]


def test_one_process_takes_a_run_up_and_the_others_see_it(root, model, clerk):
    gate = threading.Event()
    model.script([say(chunks=["part", threading.Event()]), say(chunks=["whole", gate])])
    thread_id, run_id = Killed(root).at("message.delta")

    async def work(host):
        async with Host(root) as other:
            await host.runs.get(thread_id, run_id)
            with pytest.raises(Conflict):
                await other.runs.execution(thread_id, run_id)
            seen = (await other.runs.get(thread_id, run_id)).status
            gate.set()
            ends = [event.name async for event in other.runs.events(thread_id, run_id)]
            return seen, ends[-1]

    seen, end = play(root, work)
    assert seen in ("queued", "in_progress")  # run.json need not say that it has begun
    assert end == "thread.run.completed"
    assert len(model.requests) == 2


def test_all_that_was_left_is_taken_up_when_a_host_is_told_to(root, model, clerk):
    model.script([say(chunks=["part", threading.Event()])] * 2 + [say("One."), say("Two.")])
    killed = [Killed(root).at("message.delta") for _ in range(2)]

    async def work(host):
        await host.resume()
        await asyncio.to_thread(model.wait_for_request, 4)
        ended = []
        for thread_id, run_id in killed:
            async for event in host.runs.events(thread_id, run_id):
                last = event.name
            ended.append(last)
        return ended

    assert play(root, work, resume="all") == ["thread.run.completed"] * 2


def test_a_question_on_the_thread_ends_what_was_left(root, model, clerk):
    model.script([say(chunks=["part", threading.Event()]), say("The new one.")])
    thread_id, run_id = Killed(root).at("message.delta")

    async def work(host):
        reply = await host.run("clerk", "Something else?", thread=thread_id)
        return reply.text, (await host.runs.get(thread_id, run_id)).status

    assert play(root, work) == ("The new one.", "failed")


def test_who_only_looks_leaves_a_run_to_others(root, model, clerk):
    model.script([say(chunks=["part", threading.Event()]), say("Whole.")])
    thread_id, run_id = Killed(root).at("message.delta")

    async def look(host):
        return (await host.runs.get(thread_id, run_id)).status

    assert play(root, look, resume="leave") in ("queued", "in_progress")
    assert end_of(root, thread_id, run_id)[0].status == "completed"


def test_the_next_run_is_not_told_what_was_begun_anew(root, model, clerk):
    model.script([say(chunks=["part", threading.Event()]), say("The whole.")])
    thread_id, run_id = Killed(root).at("message.delta")
    end_of(root, thread_id, run_id)
    play(root, lambda host: host.run("clerk", "And then?", thread=thread_id))
    told = [m["content"] for m in model.requests[2].body["messages"]]
    assert told == ["Begin.", "The whole.", "And then?"]


def test_a_run_that_was_taken_up_can_be_cancelled(root, model, clerk):
    model.script([say(chunks=["part", threading.Event()]), say(chunks=["more", threading.Event()])])
    thread_id, run_id = Killed(root).at("message.delta")

    async def work(host):
        await host.runs.get(thread_id, run_id)
        await asyncio.to_thread(model.wait_for_request, 2)
        return (await host.runs.cancel(thread_id, run_id)).status

    assert play(root, work) == "cancelled"


def test_outputs_of_the_client_are_kept(root, model, clerk):
    model.script(
        [call_tools([("weather", {})]), call_tools([("look", {"hold": True})]), say("Sunny.")]
    )
    killed = Killed(root).at("calling look")  # the process answers `weather` itself
    run, _, _, messages = end_of(root, *killed)
    assert (run.status, texts(messages)) == ("completed", ["Sunny."])
    told = [m["content"] for m in model.requests[2].body["messages"] if m["role"] == "tool"]
    assert told == ["25 degrees", "seen"]
    assert len(model.requests) == 3


def test_a_run_past_its_time_has_expired(root, model, clerk):
    model.script([say(chunks=["part", threading.Event()])])
    thread_id, run_id = Killed(root).at("message.delta")
    path = root / "threads" / thread_id / "runs" / run_id / "run.json"
    text = path.read_text()
    start = text.index('"expires_at": ') + len('"expires_at": ')
    path.write_text(text[:start] + "1" + text[text.index(",", start) :])
    run, events, _, messages = end_of(root, thread_id, run_id)
    assert run.status == "expired"
    assert events[-1].name == "thread.run.expired"
    assert [m.incomplete_details.reason for m in messages if m.status == "incomplete"] in (
        ["run_expired"],
        [],
    )
