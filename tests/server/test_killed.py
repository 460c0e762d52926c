"""Servers killed with runs under way: the next server, or another one beside it, goes on."""

from __future__ import annotations

import json
import threading
import time

import pytest

from understudy.cli import main
from understudy.testing.model_server import call_tools, say
from understudy_process.engines import find_deno

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
V1 = {"OpenAI-Beta": "assistants=v1"}
OVER = ("completed", "failed", "cancelled", "incomplete", "expired", "requires_action")
PROCESS = {
    "package.json": {"understudy": {"permissions": {"process": True, "files": "write"}}},
    "src/process.js": """
import { appendFileSync } from "node:fs";
export const mark = (name) => { appendFileSync("files/marks", name + "\\n"); return process.pid; };
export const stay = async (name) => { mark(name); await new Promise(() => {}); };
""",
}
ASK = "await run.model.chat({ messages: [{ role: 'user', content: 'x' }] }).text()"


def held():
    """An answer that is never finished."""
    return say(chunks=["On the ", threading.Event()])


def begin(server, assistant, **headers):
    thread = {"messages": [{"role": "user", "content": "Go."}]}
    answer = server.post("/threads/runs", {"assistant_id": assistant, "thread": thread}, **headers)
    assert answer.status == 200, answer.body
    run = answer.json()
    return f"/threads/{run['thread_id']}/runs/{run['id']}"


def ended(server, path, **headers):
    """The run when it is over, or waits for its client."""
    while (run := server.get(path, **headers).json())["status"] not in OVER:
        pass
    return run


def texts(server, path, **headers):
    """What the assistant has said to the end, oldest first."""
    listed = server.get(path.rpartition("/runs")[0] + "/messages?order=asc", **headers).json()
    return [
        message["content"][0]["text"]["value"]
        for message in listed["data"]
        if message["role"] == "assistant" and message.get("status", "completed") == "completed"
    ]


def again(server):
    """SIGKILL, and the same root once more."""
    server.kill()
    return server.start()


def outputs(run, output):
    """What answers all that a run waits for."""
    asked = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    return {"tool_outputs": [{"tool_call_id": call["id"], "output": output} for call in asked]}


@pytest.fixture
def desk(root, write_assistant):
    """`desk(code)` writes an assistant with a process.js, trusted."""

    def write(code):
        folder = write_assistant("desk", PROCESS | {"src/index.js": code})
        (folder / "files").mkdir()
        assert main(["--root", str(root), "trust", "desk", "--yes"]) == 0
        return folder / "files" / "marks"

    return write


@pytest.mark.skipif(find_deno() is None, reason="there is no deno")
def test_a_call_of_process_js_that_had_ended_is_not_made_again(start_server, model, desk):
    marks = desk(
        "export async function* invoke(run) {\n"
        "  yield `${await run.process.call('mark', 'one')} `;\n"
        f"  {ASK};\n"
        "  yield `${await run.process.call('mark', 'two')}`;\n"
        "}"
    )
    model.script([held(), say("Yes.")])
    server = start_server()
    path = begin(server, "desk")
    model.wait_for_request(1, seconds=90)
    assert ended(again(server), path)["status"] == "completed"
    assert marks.read_text().split() == ["one", "two"]
    first, second = texts(server, path)[-1].split()
    assert first != second  # the first one's process was killed


@pytest.mark.skipif(find_deno() is None, reason="there is no deno")
def test_a_call_of_process_js_that_was_under_way_ends_the_run(start_server, model, desk):
    marks = desk("export async function invoke(run) { await run.process.call('stay', 'one'); }")
    server = start_server()
    path = begin(server, "desk")
    while not marks.exists():
        server.get(path)
    run = ended(again(server), path)
    assert run["status"] == "failed"
    assert "not declared safe to be made again" in run["last_error"]["message"]
    assert marks.read_text().split() == ["one"]


def test_loops_within_the_code_go_on_where_they_were(start_server, model, write_assistant):
    code = """
    export const tools = [{ name: "note", parameters: { type: "object" },
      execute: ({ text }) => "noted " + text }];
    export async function* invoke(run) {
      let draft = "";
      for await (const part of run.next({ instructions: "Draft." })) draft += part;
      yield* run.next({ instructions: `Better: ${draft}` });
    }
    """
    write_assistant("writer", {"src/index.js": code})
    model.script([call_tools([("note", {"text": "a"})]), say("Rough."), held(), say("Fine.")])
    server = start_server()
    path = begin(server, "writer")
    model.wait_for_request(3, seconds=90)
    assert ended(again(server), path)["status"] == "completed"
    assert texts(server, path) == ["Fine."]
    told = [request.body["messages"] for request in model.requests]
    assert len(told) == 4
    assert told[1][-1]["content"] == "noted a"
    assert told[2] == told[3]
    assert told[3][0]["content"] == "Better: Rough."


def test_a_call_waits_on_for_its_approval(start_server, model, write_assistant):
    code = """
    export const tools = [{ name: "send_mail", parameters: { type: "object" },
      execute: ({ to }) => `sent to ${to}` }];
    """
    files = {"assistant.json": {"approve": ["send_mail"]}, "src/index.js": code}
    write_assistant("clerk", files)
    model.script([call_tools([("send_mail", {"to": "ada"})]), say("All done.")])
    server = start_server()
    path = begin(server, "clerk")
    asked = ended(server, path)
    run = ended(again(server), path)
    assert run["status"] == "requires_action"
    assert run["required_action"] == asked["required_action"]
    assert server.post(f"{path}/submit_tool_outputs", outputs(run, "approve")).status == 200
    assert ended(server, path)["status"] == "completed"
    [told] = [m for m in model.requests[-1].body["messages"] if m["role"] == "tool"]
    assert told["content"] == "sent to ada"
    assert texts(server, path) == ["All done."]


def test_a_run_of_the_first_version_keeps_its_shape(start_server, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    model.script([call_tools([("weather", {})]), held(), say("Sunny.")])
    server = start_server()
    path = begin(server, "clerk", **V1)
    before = ended(server, path, **V1)
    run = ended(again(server), path, **V1)
    assert run == before
    assert run["file_ids"] == []
    answer = server.post(f"{path}/submit_tool_outputs", outputs(run, "25 degrees"), **V1)
    assert answer.status == 200
    model.wait_for_request(2, seconds=90)
    over = ended(again(server), path, **V1)
    assert (over["status"], over["file_ids"]) == ("completed", [])
    assert over.keys() == before.keys()
    assert texts(server, path, **V1) == ["Sunny."]


def test_the_other_server_on_the_root_goes_on(start_server, model, write_assistant):
    write_assistant("writer", {"assistant.json": {}})
    model.script([held(), say("The end.")])
    first, second = start_server(), start_server()
    path = begin(first, "writer")
    model.wait_for_request(1, seconds=90)
    assert second.get(path).json()["status"] in ("queued", "in_progress")
    assert len(model.requests) == 1
    first.kill()
    model.wait_for_request(2, seconds=90)  # nobody has asked for the run
    assert ended(second, path)["status"] == "completed"
    first.start()
    assert ended(first, path) == ended(second, path)
    assert texts(first, path) == texts(second, path) == ["The end."]
    assert len(model.requests) == 2


def test_a_stream_is_rejoined_at_the_other_server(start_server, model, write_assistant):
    write_assistant("writer", {"assistant.json": {}})
    model.script([held(), say("The end.")])
    first, second = start_server(), start_server()
    path = begin(first, "writer")
    model.wait_for_request(1, seconds=90)
    first.kill()
    stream = second.get(f"{path}/events?after=0").body.decode()
    numbers = [int(line[4:]) for line in stream.splitlines() if line.startswith("id: ")]
    assert numbers == sorted(set(numbers)) and numbers
    said = [line[6:] for line in stream.splitlines() if line.startswith("data: {")]
    done = [json.loads(line) for line in said if '"thread.message"' in line]
    assert done[-1]["content"][0]["text"]["value"] == "The end."


def exhausted(root, server, model, tries):
    """A run whose processes have died so often, while it does not go on; its server is dead."""
    model.script([held(), say("The end.")])
    path = begin(server, "writer")
    model.wait_for_request(1, seconds=90)
    server.kill()
    [journal] = root.glob("threads/*/runs/*/journal.jsonl")
    with journal.open("a") as file:
        for number in range(1, tries + 1):
            line = {"n": 1000 * number, "t": time.time(), "taken_up": number}
            file.write(json.dumps(line) + "\n")
    return path


def test_a_run_that_rests_is_taken_up_though_nobody_asks_for_it(
    root, start_server, model, write_assistant
):
    write_assistant("writer", {"assistant.json": {}})
    server = start_server()
    path = exhausted(root, server, model, tries=8)
    server.start()
    model.wait_for_request(2, seconds=90)
    assert ended(server, path)["status"] == "completed"
    assert texts(server, path) == ["The end."]


def test_a_run_that_rests_is_cancelled_with_its_server(root, start_server, model, write_assistant):
    write_assistant("writer", {"assistant.json": {}})
    server = start_server()
    path = exhausted(root, server, model, tries=14)  # half a minute of rest
    server.start()
    assert server.get(path).json()["status"] in ("queued", "in_progress")
    assert server.stop() == 0
    server.start()
    assert server.get(path).json()["status"] == "cancelled"
    assert len(model.requests) == 1
