"""Limits: time, memory, and a host that stays awake whatever a script does."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from understudy.errors import ScriptError
from understudy.runtimes import Limits

pytestmark = pytest.mark.parametrize("isolation", ["here", "jail"])


def first_part(program, run):
    return anext(aiter(program.invoke(run)))


@pytest.mark.parametrize(
    "body",
    [
        "for (;;) ;",
        "await null; for (;;) ;",
        "for (;;) await 0;",
        "const again = { then(done) { done(again) } }; await again;",
        "/(a+)+$/.test('a'.repeat(40) + 'b');",
        "throw { get message() { for (;;) ; } };",
        "return { toJSON() { for (;;) ; }, type: 'x' };",
        "setTimeout(() => { for (;;) ; }); await new Promise(() => {});",
        "Promise.resolve().then(function f() { return Promise.resolve().then(f) });"
        "await new Promise(() => {});",
    ],
)
def test_an_endless_turn_is_stopped_and_the_next_call_works(workshop, body):
    workshop.limits = Limits(turn_seconds=0.15)
    workshop.write({"index.js": f"""export async function invoke(run) {{
      if (run.lastMessage.text === 'fine') return 'fine';
      {body} }}"""})  # fmt: skip

    async def scene():
        program = await workshop.open()
        with pytest.raises(ScriptError) as caught:
            await first_part(program, workshop.run_class())
        assert caught.value.kind == "time"
        assert "0.15 s without a pause" in str(caught.value)
        return await first_part(program, workshop.run_class("fine"))

    assert workshop.play(scene) == "fine"


def test_loading_is_limited_too(workshop):
    workshop.limits = Limits(turn_seconds=0.15)
    assert workshop.failure("for (;;) ;").kind == "time"


def test_waiting_is_not_running(workshop):
    workshop.limits = Limits(turn_seconds=0.15)
    index = """export async function invoke() {
      await new Promise((done) => setTimeout(done, 300)); return 'late';
    }"""
    assert workshop.invoke(index) == ["late"]


@pytest.mark.parametrize(
    "body",
    [
        "const all = []; for (;;) all.push({ a: [all.length] });",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });",
        "const all = []; for (;;) { await 0; all.push(new Array(1000).fill({})) }",
    ],
)
def test_a_heap_that_grows_is_stopped_and_the_next_call_works(workshop, body):
    workshop.limits = Limits(memory_bytes=40 * 2**20)
    workshop.write({"index.js": f"""export async function invoke(run) {{
      if (run.lastMessage.text === 'fine') return 'fine';
      {body} }}"""})  # fmt: skip

    async def scene():
        program = await workshop.open()
        with pytest.raises(ScriptError) as caught:
            await first_part(program, workshop.run_class())
        assert caught.value.kind == "memory"
        assert "more than 40 MB" in str(caught.value)
        return await first_part(program, workshop.run_class("fine"))

    assert workshop.play(scene) == "fine"


def test_deep_recursion_is_an_ordinary_error(workshop):
    error = workshop.failure("export function invoke() { return invoke() }")
    assert "RangeError: Maximum call stack size exceeded" in str(error)
    assert error.line == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("for (;;) setTimeout(() => {}, 1)", "more than 1000 timers"),
        ("for (;;) clearTimeout(setTimeout(() => {}, 1))", "too much was sent in one go"),
    ],
)
def test_what_a_script_can_send_is_bounded(workshop, body, message):
    assert message in str(workshop.failure(f"export function invoke() {{ {body} }}"))


def test_endless_logging_is_cut_off(workshop):
    run = workshop.run_class()
    index = (
        "export function invoke() { for (let i = 0; i < 4000; i++) console.log('x'.repeat(2e4)) }"
    )
    workshop.invoke(index, run)
    assert all(len(text) < 17000 for _, text in run.logs)
    assert len(run.logs) < 4000
    level, text = run.logs[-1]
    assert (level, text.split()[1:3]) == ("warning", ["more", "lines"])


def test_the_event_loop_stays_awake(workshop):
    workshop.limits = Limits(turn_seconds=0.3)
    workshop.write({"index.js": "export function invoke() { for (;;) ; }"})

    async def scene():
        program = await workshop.open()
        rounds = 0
        pull = asyncio.ensure_future(first_part(program, workshop.run_class()))
        while not pull.done():
            await asyncio.sleep(0)
            rounds += 1
        assert pull.exception().kind == "time"
        return rounds

    # A loop that waits for the script goes round a few times, one that does not, thousands.
    assert workshop.play(scene) > 100


STUCK = """
import asyncio, sys
from pathlib import Path
from understudy.permissions.grant import Grant
from understudy.runtimes import Limits, Source
from understudy_v8 import V8Runtime
sys.path.insert(0, {tests!r})
from conftest import ScriptRun

async def main():
    runtime = V8Runtime()
    folder = Path({folder!r})
    grant = Grant(trusted={trusted})
    source = Source("a", folder, folder / "index.js", {{}}, Limits(0.2), grant)
    program = await runtime.open(source)
    try:
        async for part in program.invoke(ScriptRun({text!r})):
            print(part)
    except Exception as error:
        print(error.kind)
    {close}

asyncio.run(main())
print("end")
"""


def leave(workshop, tests, text, close):
    """Run a whole process; its output, exit code, and the seconds from there to its end."""
    workshop.write({"index.js": """export function* invoke(run) {
      yield 'begun';
      if (run.lastMessage.text === 'stuck') Array.prototype.indexOf.call({ length: 2**53 - 1 }, 1);
      if (run.lastMessage.text === 'busy') for (;;) ;
    }"""})  # fmt: skip
    folder, trusted = str(workshop.folder), workshop.grant.trusted
    code = STUCK.format(tests=tests, folder=folder, text=text, close=close, trusted=trusted)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=90, check=False
    )


@pytest.mark.parametrize("close", ["await runtime.close()", "pass"])
@pytest.mark.parametrize("text", ["plain", "busy"])
def test_the_interpreter_exits_with_or_without_close(workshop, text, close, request):
    process = leave(workshop, str(request.path.parent), text, close)
    assert process.returncode == 0, process.stderr
    expected = ["begun", "end"] if text == "plain" else ["begun", "time", "end"]
    assert process.stdout.split() == expected


@pytest.mark.parametrize("close", ["await runtime.close()", "pass"])
def test_the_interpreter_exits_although_a_builtin_is_stuck(workshop, isolation, close, request):
    process = leave(workshop, str(request.path.parent), "stuck", close)
    assert process.stdout.split() == ["begun", "time", "end"]
    last = process.stderr.strip().splitlines()[-1:]
    if isolation == "jail":
        assert (process.returncode, last) == (0, [])
    else:
        message = "understudy: a script could not be stopped; leaving without it"
        assert (process.returncode, last) == (1, [message])
