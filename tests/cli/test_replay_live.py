"""`understudy runs replay RUN --from N --live`: recorded up to an event, and real from there."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, fail, say

CODE = """
export const tools = [
  { name: "add", execute: ({ a, b }) => a + b },
  { name: "note", execute: ({ text }) => `noted ${text}` },
];
export async function* invoke(run) {
  yield `At ${Date.now()}, by chance ${Math.random()}, ${run.id} notes: `;
  yield await run.tools.call("note", { text: `${run.thread.id} ${run.messages[0].id}` });
  yield* run.next();
}
"""


@pytest.fixture
def adder(write_assistant):
    folder = write_assistant("adder", {"assistant.json": {}, "src/index.js": CODE})
    return folder / "src" / "index.js"


@pytest.fixture
def run(understudy, model, adder):
    """A run that has asked a model twice."""
    model.script([call_tools([("add", {"a": 1, "b": 2})]), say("Three.")])
    return understudy("run", "adder", "1 + 2?", "--json").json()


def events(understudy, run_id):
    lines = understudy("runs", "events", run_id, "--json").out.splitlines()
    return [json.loads(line) for line in lines]


def ended(root, run, effect_id):
    """The number of the line that tells what an effect gave."""
    [journal] = (root / "threads").glob(f"*/runs/{run['run_id']}/journal.jsonl")
    lines = map(json.loads, journal.read_text().splitlines())
    return next(line["n"] for line in lines if line.get("result") == effect_id)


def files_of(root, run):
    folder = root / "threads" / run["thread_id"]
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def again(understudy, run, number, *options):
    return understudy("runs", "replay", run["run_id"], "--from", str(number), "--live", *options)


def kinds(effects):
    return [effect["kind"] for effect in effects]


def test_what_had_ended_is_recorded_and_the_rest_is_asked_for(understudy, model, root, run):
    before = files_of(root, run)
    model.script([say("It is three, live.")])
    done = again(understudy, run, ended(root, run, "e2.e2"), "--json")
    assert done.code == 0, done
    made = done.json()
    assert kinds(made["replayed"]) == ["tool note", "model", "tool add"]
    assert kinds(made["live"]) == ["model"]
    assert len(model.requests) == 3
    told = model.requests[2].body["messages"]
    assert told[-1]["content"] == "3"
    assert made["text"].endswith("It is three, live.")
    assert {made["run_id"], made["thread_id"]}.isdisjoint({run["run_id"], run["thread_id"]})
    assert files_of(root, run) == before


def test_clock_and_chance_are_the_recorded_ones_and_ids_its_own(understudy, model, root, run):
    made = again(understudy, run, ended(root, run, "e2.e1"), "--json").json()
    pattern = r"At (\d+), by chance (0\.\d+), (run_\w+) notes: \s*noted (thread_\w+) (msg_\w+)"
    [was] = re.findall(pattern, run["text"])
    [now] = re.findall(pattern, made["text"])
    assert now[:2] == was[:2]
    assert now[2:4] == (made["run_id"], made["thread_id"])
    assert now[4] != was[4]
    assert run["run_id"] not in json.dumps(made)


def test_the_thread_is_copied_up_to_the_run_and_can_be_gone_on_with(understudy, model, root, run):
    asked = ["--thread", run["thread_id"], "--json"]
    model.script([say("Four.")])
    second = understudy("run", "adder", "And 2 + 2?", *asked).json()
    model.script([say("Four, live.")])
    made = again(understudy, second, 0, "--json").json()
    told = [message["content"] for message in model.requests[-1].body["messages"]]
    assert told[0] == "1 + 2?"
    assert told[-1] == "And 2 + 2?"
    model.script([say("Five.")])
    more = understudy("run", "adder", "2 + 3?", "--thread", made["thread_id"], "--json").json()
    assert more["text"].endswith("Five.")


def test_from_the_beginning_everything_is_made_again(understudy, model, root, run):
    model.script([say("No tool this time.")])
    made = again(understudy, run, 0, "--json").json()
    assert made["replayed"] == []
    assert kinds(made["live"]) == ["tool note", "model"]
    assert made["text"].endswith("No tool this time.")


def test_from_the_end_nothing_is_made_again(understudy, model, root, run):
    made = again(understudy, run, events(understudy, run["run_id"])[-1]["n"], "--json").json()
    assert made["live"] == []
    assert len(made["replayed"]) == 4
    assert made["text"].endswith("Three.")
    assert len(model.requests) == 2


def test_people_are_shown_the_answer_and_what_was_real(understudy, model, root, run):
    model.script([say("It is three, live.")])
    done = again(understudy, run, ended(root, run, "e2.e2"))
    assert done.out.endswith("It is three, live.\n")
    assert re.search(r"replayed +e2\.e1 +model", done.err)
    assert re.search(r"live +e2\.e3 +model", done.err)
    assert "then live: run_" in done.err


def test_the_new_run_has_a_journal_of_its_own_which_can_be_replayed(understudy, model, root, run):
    model.script([say("It is three, live.")])
    made = again(understudy, run, ended(root, run, "e2.e2"), "--json").json()
    done = understudy("runs", "replay", made["run_id"])
    assert (done.code, done.out.startswith("The same: completed")) == (0, True), done
    model.script([say("And another time.")])
    third = again(understudy, made, ended(root, made, "e2.e2"), "--json").json()
    assert third["text"].endswith("And another time.")
    shown = understudy("runs", "show", made["run_id"], "--json").json()
    assert shown["seconds"] < 60


def test_a_run_that_failed_goes_on_where_it_failed(understudy, model, root, adder):
    model.script([call_tools([("add", {"a": 1, "b": 2})]), *[fail(400)] * 3])
    failed = understudy("run", "adder", "1 + 2?", "--json")
    assert failed.code == 1
    model.forget()
    model.script([say("Three, at last.")])
    made = again(understudy, failed.json(), ended(root, failed.json(), "e2.e2"), "--json").json()
    assert (made["status"], len(model.requests)) == ("completed", 1)
    assert made["text"].endswith("Three, at last.")


def test_a_run_that_was_stopped_goes_on_too(understudy, model, root, adder, start):
    gate = threading.Event()
    model.script([call_tools([("add", {"a": 1, "b": 2})]), say(chunks=["Thr", gate])])
    asked = start("run", "adder", "1 + 2?", "--events")
    for line in asked.stdout:
        if '"Thr"' in line:
            break
    asked.send_signal(2)
    asked.communicate()
    gate.set()
    stopped = understudy("runs", "list", "--status", "cancelled", "--json").json()[0]
    last = events(understudy, stopped["id"])[-1]["n"]
    model.script([say("Three, after all.")])
    made = again(understudy, {"run_id": stopped["id"]}, last, "--json").json()
    assert made["text"].endswith("Three, after all.")
    done = understudy("runs", "replay", stopped["id"])
    assert (done.code, "no end of its own" in done.err) == (1, True)


def test_code_that_has_changed_is_told_where_it_leaves_its_journal(
    understudy, model, root, run, adder
):
    adder.write_text(CODE.replace('"note", { text:', '"note", { text: "now " +'))
    done = again(understudy, run, ended(root, run, "e2.e2"), "--json")
    assert (done.code, done.json()["status"]) == (1, "failed")
    assert "does not follow its own journal" in done.json()["last_error"]["message"]
    assert "Its code may have changed since." in done.err
    assert len(model.requests) == 2


def test_code_that_has_changed_behind_the_event_is_what_runs(understudy, model, root, run, adder):
    adder.write_text(CODE.replace("yield* run.next();", "yield* run.next(); yield ' Changed.';"))
    made = again(understudy, run, ended(root, run, "e2.e3"), "--json").json()
    assert made["text"].endswith("Three. Changed.")
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--from", "3"], 2, "need each other"),
        (["--live"], 2, "need each other"),
        (["--from", "-1", "--live"], 2, "x>=0"),
        (["--from", "last", "--live"], 2, "'last' is not a valid integer"),
        (["--from", "99999", "--live"], 1, "has no event 99999: they end with"),
    ],
)
def test_what_cannot_be_gone_on_from_is_told(understudy, root, run, options, code, words):
    before = sorted((root / "threads").iterdir())
    done = understudy("runs", "replay", run["run_id"], *options)
    assert done.code == code
    assert words in done.err
    assert sorted((root / "threads").iterdir()) == before


def test_a_run_under_way_is_left_alone(understudy, model, root, adder, start):
    gate = threading.Event()
    model.script([say(chunks=["Thr", gate])])
    asked = start("run", "adder", "1 + 2?", "--json")
    model.wait_for_request()
    run_id = understudy("runs", "list", "--json").json()[0]["id"]
    done = again(understudy, {"run_id": run_id}, 1)
    gate.set()
    assert done.code == 1
    assert re.search(f"The run {run_id} is (queued|in_progress)", done.err)
    assert asked.wait(60) == 0


def test_an_assistant_that_is_broken_now_leaves_no_copy(understudy, root, run, adder):
    adder.write_text("export function {")
    before = sorted(Path(root, "threads").iterdir())
    done = again(understudy, run, 1)
    assert (done.code, "src/index.js" in done.err) == (1, True)
    assert sorted(Path(root, "threads").iterdir()) == before
