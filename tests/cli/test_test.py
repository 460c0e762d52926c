"""`understudy test`: conversations are recorded, played again without a model, and updated."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, fail, say

from .conftest import COMMAND
from .test_docs import as_pattern

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
ADDER = """
export const tools = [{ name: "add", execute: ({ a, b }) => a + b }];
export async function* invoke(run) {
  yield "So: ";
  yield* run.next();
}
"""


@pytest.fixture
def adder(understudy, model, write_assistant):
    """An assistant with a recorded conversation of two turns, the second with a call."""
    folder = write_assistant("adder", {"assistant.json": {}, "src/index.js": ADDER})
    model.script([say("Hello."), call_tools([("add", {"a": 1, "b": 2})]), say("Three.")])
    thread = understudy("run", "adder", "Hi!", "--json").json()["thread_id"]
    understudy("run", "adder", "1 + 2?", "--thread", thread)
    done = understudy("test", "adder", "--record", thread)
    assert done.code == 0, done
    assert Path(done.out.strip()) == folder / "tests" / f"{thread}.jsonl"
    return folder


def test_a_recorded_conversation_passes_without_a_model(understudy, model, adder):
    asked = len(model.requests)
    done = understudy("test", "adder", "--json")
    [result] = done.json()
    assert (done.code, result["passed"], result["differences"]) == (0, True, [])
    assert len(model.requests) == asked


def test_what_has_changed_is_shown_and_can_be_kept(understudy, adder):
    (adder / "src" / "index.js").write_text(ADDER.replace("So: ", "Well: "))
    failed = understudy("test", "adder")
    assert failed.code == 1
    assert "-So: Hello." in failed.out
    assert "0 passed, 1 failed" in failed.out


def test_new_answers_are_kept_and_pass(understudy, write_assistant):
    lines = [{"user": "a"}, {"assistant": "x"}, {"user": "b"}, {"assistant": "y"}]
    code = "export async function* invoke(run) { yield run.lastMessage.text + run.messages.length }"
    text = "\n".join(map(json.dumps, lines))
    folder = write_assistant("echo", {"src/index.js": code, "tests/one.jsonl": text})
    assert understudy("test", "echo").code == 1
    assert understudy("test", "echo", "--update").code == 0
    assert understudy("test", "echo").code == 0
    kept = [json.loads(line) for line in (folder / "tests/one.jsonl").read_text().splitlines()]
    assert kept == [{"user": "a"}, {"assistant": "a1"}, {"user": "b"}, {"assistant": "b3"}]


def test_a_run_that_failed_is_a_test_too(understudy, model, write_assistant):
    write_assistant("adder", {"assistant.json": {}, "src/index.js": ADDER})
    model.script([fail(400, "Too long.")])
    thread = understudy("run", "adder", "Hi!", "--json").json()["thread_id"]
    understudy("test", "adder", "--record", thread)
    assert understudy("test", "adder").code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "bad.jsonl:1"),
        ('{"user": "a"}\n{"user": 5}', "bad.jsonl:2"),
        ('{"what": 1}', "none of the lines"),
        ("[]", "none of the lines"),
        ("", "is empty"),
        ('{"user": "a"}\n{"result": "e1", "error": {}}', "bad.jsonl:2"),
        ('{"user": "a"}\n{"result": "e9", "value": 1}\n{"assistant": "b"}', "bad.jsonl"),
        ('{"user": "a"}\n{"run": {"id": 5}}', "bad.jsonl"),
        ('{"user": "a"}\n{"run": {"id": "../x"}}\n{"assistant": "b"}', "bad.jsonl"),
        ('{"user": "a"}\n{"run": {}, "seed": "xyz"}', "bad.jsonl:2"),
    ],
)
def test_a_malformed_file_fails_and_says_where(understudy, write_assistant, text, said):
    code = 'export async function* invoke(run) { yield "b" }'
    write_assistant("echo", {"src/index.js": code, "tests/bad.jsonl": text})
    done = understudy("test", "echo")
    assert done.code == 1, done
    assert said in done.out


def test_what_cannot_be_tested_is_told(understudy):
    assert "has no tests" in understudy("test", "jan").err
    assert "is built in" in understudy("test", "math-tutor", "--record", "thread_x").err


def test_the_page_works_as_it_stands(environment, tmp_path):
    (tmp_path / "understudy").write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    (tmp_path / "understudy").chmod(0o755)
    env = environment()
    env["PATH"] = f"{tmp_path}:{env['PATH']}"
    [block] = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        done = subprocess.run(
            ["sh", "-c", line], check=False, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done
        assert re.match(as_pattern(output), done.stdout + done.stderr), done


def test_the_lines_of_the_page_pass(understudy, root):
    understudy("new", "tutor", "--from", "math-tutor")
    [lines] = re.findall(r"^```jsonl\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (root / "assistants/tutor/tests").mkdir(exist_ok=True)
    (root / "assistants/tutor/tests/page.jsonl").write_text(lines)
    results = {each["file"]: each for each in understudy("test", "tutor", "--json").json()}
    assert results["page.jsonl"]["passed"]


def test_the_built_in_assistants_pass_their_own_tests(understudy):
    done = understudy("test", "math-tutor")
    assert done.code == 0, done
