"""`understudy runs`: finding runs, showing them, and playing them again without a model."""

from __future__ import annotations

import json

import pytest

from understudy.testing.model_server import call_tools, say

ADDER = """
export const tools = [{ name: "add", execute: ({ a, b }) => a + b }];
export async function* invoke(run) {
  yield `At ${Date.now()}, by chance ${Math.random()}: `;
  yield* run.next();
}
"""


@pytest.fixture
def run(understudy, model, write_assistant):
    """A run that called a function of its own and a model twice; no model is left for more."""
    write_assistant("adder", {"assistant.json": {}, "src/index.js": ADDER})
    model.script([call_tools([("add", {"a": 1, "b": 2})]), say("Three.")])
    done = understudy("run", "adder", "1 + 2?", "--json").json()
    assert len(model.requests) == 2
    return done


def recorded(root):
    return {path: path.read_bytes() for path in (root / "threads").rglob("*") if path.is_file()}


def test_runs_are_listed_by_what_they_are(understudy, run):
    understudy("run", "math-tutor", "1 + 1")
    both = understudy("runs", "list", "--json").json()
    assert [each["assistant_id"] for each in both] == ["math-tutor", "adder"]
    only = understudy("runs", "list", "--thread", run["thread_id"], "--json").json()
    assert [each["id"] for each in only] == [run["run_id"]]
    assert run["run_id"] in understudy("runs", "list", "--assistant", "adder").out
    none = understudy("runs", "list", "--status", "failed")
    assert (none.code, none.out) == (0, "")
    assert "There are no such runs." in none.err


def test_a_run_is_shown_by_its_id_alone(understudy, run):
    done = understudy("runs", "show", run["run_id"])
    assert "status     completed" in done.out
    assert "tool add" in done.out
    shown = understudy("runs", "show", run["run_id"], "--json").json()
    assert [effect["kind"] for effect in shown["effects"]].count("model") == 2
    assert shown["steps"]


def test_events_can_be_read_from_any_number(understudy, run):
    done = understudy("runs", "events", run["run_id"], "--json", "--follow")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert events[-1]["event"] == "thread.run.completed"
    rest = understudy("runs", "events", run["run_id"], "--after", str(events[-2]["n"]))
    assert rest.out.split()[1] == "thread.run.completed"


def test_a_replay_asks_no_model_and_changes_nothing(understudy, model, root, run):
    before = recorded(root)
    done = understudy("runs", "replay", run["run_id"])
    assert (done.code, done.out.startswith("The same: completed")) == (0, True), done
    assert recorded(root) == before
    assert len(model.requests) == 2


def test_a_function_that_gives_another_thing_is_told(understudy, root, run):
    code = root / "assistants" / "adder" / "src" / "index.js"
    code.write_text(ADDER.replace("a + b", "a * b"))
    done = understudy("runs", "replay", run["run_id"])
    assert done.code == 1
    assert "-3\n+2" in done.out


def test_code_that_says_another_thing_is_told(understudy, root, run):
    code = root / "assistants" / "adder" / "src" / "index.js"
    code.write_text(ADDER.replace("by chance", "by luck"))
    done = understudy("runs", "replay", run["run_id"], "--json")
    assert done.code == 1
    [difference] = done.json()["differences"]
    assert "by luck" in difference


def test_code_that_asks_for_more_or_less_is_told(understudy, model, root, run):
    code = root / "assistants" / "adder" / "src" / "index.js"
    code.write_text(ADDER.replace("yield* run.next();", 'await run.tools.call("add", {});'))
    done = understudy("runs", "replay", run["run_id"])
    assert done.code == 1
    assert "another thing than before" in done.out or "did not ask for before" in done.out
    code.write_text(ADDER.replace("yield* run.next();", ""))
    assert "did not ask for what it asked" in understudy("runs", "replay", run["run_id"]).out
    assert len(model.requests) == 2


def test_what_is_no_run_is_told(understudy, run):
    for name in ("run_x", "../../etc"):
        done = understudy("runs", "replay", name)
        assert done.code == 1
        assert f"No run found with id '{name}'" in done.err
