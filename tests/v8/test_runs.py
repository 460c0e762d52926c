"""A run of `invoke`: streams, effects, cancellation, many at once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

import pytest

from understudy.errors import ScriptError
from understudy.tools import ToolCall

pytestmark = pytest.mark.parametrize("isolation", ["here", "jail"])


def test_the_run_object_has_what_the_table_says(workshop):
    index = """export function* invoke(run) {
      yield [run.id, run.assistant.name, run.thread.id, run.messages.length, run.lastMessage.text,
             run.files[0].id, run.tools.list[0].name, run.signal.aborted].join();
    }"""
    parts = workshop.invoke(index, workshop.run_class("question"))
    assert parts == ["run_1,Ada,thread_1,1,question,file_1,rag,false"]


def test_the_next_part_is_made_when_the_one_before_was_taken(workshop):
    workshop.write({"index.js": """export async function* invoke(run) {
      for (const n of [1, 2, 3]) { await run.tools.call('made', { n }); yield String(n) }
    }
    export const tools = [{ name: 'turn', execute: () => null }];"""})  # fmt: skip
    run = workshop.run_class()
    made = []

    async def note(payload):
        made.append(payload["arguments"]["n"])

    run.answers["tool"] = note

    async def scene():
        program = await workshop.open()
        async for part in program.invoke(run):
            await program.execute(ToolCall("call_1", "turn", {}, run))  # whatever is next has gone
            assert made[-1] == int(part)

    workshop.play(scene)
    assert made == [1, 2, 3]


def chunks(state, count=1000):
    async def stream(_):
        try:
            for n in range(count):
                state.append(n)
                yield {"text": str(n)}
        finally:
            state.append("closed")

    return stream


def test_a_model_stream_is_pulled_and_closed_on_break(workshop):
    index = """export async function* invoke(run) {
      for await (const chunk of run.model.chat({ messages: [], temperature: 0 })) {
        yield chunk.text;
        if (chunk.text === '2') break;
      }
      yield 'after';
    }"""
    run = workshop.run_class()
    state = []
    run.streams["model"] = chunks(state)
    assert workshop.invoke(index, run) == ["0", "1", "2", "after"]
    assert state == [0, 1, 2, "closed"]
    assert run.asked == [("model", {"messages": [], "temperature": 0})]


def test_next_hands_over_to_the_default_loop(workshop):
    index = """export async function* invoke(run) {
      yield '['; yield* run.next({ instructions: 'be brief' }); yield ']';
    }"""
    run = workshop.run_class()

    async def parts(_):
        yield "a"
        yield {"type": "text", "text": {"value": "b"}}

    run.streams["next"] = parts
    parts = workshop.invoke(index, run)
    assert parts == ["[", "a", {"type": "text", "text": {"value": "b"}}, "]"]
    assert run.asked == [("next", {"instructions": "be brief"})]


def test_a_chat_is_read_once(workshop):
    index = """export async function* invoke(run) {
      const chat = run.model.chat();
      yield (await chat.message()).text + await chat.text();
      try { for await (const _ of chat) ; } catch (e) { yield e.message }
    }"""
    run = workshop.run_class()

    async def whole(_):
        return {"text": "whole"}

    run.answers["model"] = whole
    assert workshop.invoke(index, run) == ["wholewhole", "this answer is already being read"]
    assert len(run.asked) == 1


def test_a_stream_that_fails_throws_where_it_is_read(workshop):
    index = """export async function* invoke(run) {
      try { for await (const c of run.model.chat()) yield c.text } catch (e) { yield e.message }
    }"""
    run = workshop.run_class()

    async def broken(_):
        yield {"text": "a"}
        raise ScriptError("broken off")

    run.streams["model"] = broken
    assert workshop.invoke(index, run) == ["a", "broken off"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("run.model.chat('hello').text()", "this takes an object, such as { … }; it was given a s"),
        ("run.tools.call('x', [1])", "it was given an array"),
        ("run.tools.call('x', { n: 1n })", "BigInt"),
        ("run.next(5).next()", "it was given a number"),
        ("run.tools.call('x', { s: 'x'.repeat(9e6) })", "larger than 8 MB"),
        ("Promise.all(Array.from({ length: 2049 }, () => run.tools.call('x')))", "more than 2048"),
    ],
)  # fmt: skip
def test_an_effect_with_a_wrong_argument_is_refused_in_the_script(workshop, call, message):
    async def never(_):
        await asyncio.Event().wait()

    run = workshop.run_class()
    run.answers["tool"] = never
    error = workshop.failure(f"export async function invoke(run) {{\n return await {call}\n}}", run)
    assert message in str(error)
    assert error.line == 2 or "257" in call


def test_effects_run_side_by_side(workshop):
    index = """export async function invoke(run) {
      const all = await Promise.all([1, 2, 3].map((n) => run.tools.call('t', { n })));
      return all.join();
    }"""
    run = workshop.run_class()
    started = []

    async def together(payload):
        started.append(payload)
        while len(started) < 3:
            await asyncio.sleep(0)
        return payload["arguments"]["n"] * 2

    run.answers["tool"] = together
    assert workshop.invoke(index, run) == ["2,4,6"]


def test_the_console_writes_to_the_runs_log(workshop):
    index = """export function invoke(run) {
      console.log('%s is %d %%', 'n', 5, { a: [1] }, undefined);
      console.warn('careful'); console.error(new Error('e').message); console.debug(1n);
      run.log('own', 2); const o = {}; o.o = o; console.info(o); console.assert(false, 'not');
    }"""
    run = workshop.run_class()
    assert workshop.invoke(index, run) == []
    assert run.logs == [
        ("info", 'n is 5 % {"a":[1]} undefined'), ("warning", "careful"), ("error", "e"),
        ("debug", "1"), ("info", "own 2"), ("info", "[object Object]"),
        ("error", "Assertion failed: not"),
    ]  # fmt: skip


def test_outside_a_run_the_console_writes_to_pythons_log(workshop, caplog):
    with caplog.at_level(logging.INFO, "understudy.v8"):
        workshop.invoke("console.log('while loading'); export const invoke = () => 'x'")
    assert "while loading" in caplog.text


def test_timers_wait(workshop):
    index = """const log = [];
    export async function invoke() {
      setTimeout(() => log.push('never'), 1e9);
      const gone = setTimeout(() => log.push('gone'), 1); clearTimeout(gone); clearTimeout(99);
      queueMicrotask(() => log.push('micro'));
      let ticks = 0;
      await new Promise((done) => {
        const id = setInterval((x) => { if (++ticks === 3) { clearInterval(id); done() } }, 1, 'x');
      });
      await new Promise((done) => setTimeout((v) => done(log.push(v)), undefined, 'arg'));
      setTimeout(() => { throw new Error('lost') });
      await new Promise((done) => setTimeout(done, 5));
      try { setTimeout('text') } catch (e) { log.push(e.name) }
      return log.join() + ticks;
    }"""
    run = workshop.run_class()
    assert workshop.invoke(index, run) == ["micro,arg,TypeError3"]
    assert any("Uncaught Error: lost" in text for _, text in run.logs)


def test_a_script_that_nothing_can_wake_is_told_so(workshop):
    error = workshop.failure("export async function invoke() { await new Promise(() => {}) }")
    assert "`invoke` waits for a promise that nothing can settle" in str(error)
    run = workshop.run_class()
    run.streams["model"] = chunks([])
    index = """export async function invoke(run) {
      for await (const chunk of run.model.chat()) await new Promise(() => {});
    }"""
    assert "nothing can settle" in str(workshop.failure(index, run))
    error = workshop.failure("await new Promise(() => {}); export {}")
    assert "`load` waits" in str(error)


WAITING = """export async function* invoke(run) {
  run.signal.addEventListener('abort', () => console.log('signal', run.signal.reason.name));
  run.signal.onabort = () => console.log('onabort', run.signal.aborted);
  try { yield 'started'; WAIT } catch (e) { console.log('caught', e.name); throw e }
  finally { console.log('finally') }
}"""


@pytest.mark.parametrize(
    ("wait", "log"),
    [
        ("await run.tools.call('slow')",
         ["onabort true", "signal AbortError", "caught AbortError", "finally"]),
        ("for await (const c of run.model.chat()) ;",
         ["onabort true", "signal AbortError", "caught AbortError", "finally"]),
        ("yield 'again'", ["onabort true", "signal AbortError", "finally"]),
        ("await Promise.race([run.tools.call('slow').catch(() => {}), "
         "new Promise((d) => { run.signal.addEventListener('abort', d) })]); "
         "run.signal.throwIfAborted()",
         ["onabort true", "signal AbortError", "caught AbortError", "finally"]),
    ],
)  # fmt: skip
def test_a_cancelled_script_may_clean_up(workshop, wait, log):
    workshop.write({"index.js": WAITING.replace("WAIT", wait + "; await run.tools.call('slow')")})
    run = workshop.run_class()
    waiting = asyncio.Event()
    cancelled = []

    async def slow(_):
        waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append("effect")

    async def stream(_):
        yield await slow(_)

    run.answers["tool"] = slow
    run.streams["model"] = stream

    async def scene():
        waiting.clear()
        program = await workshop.open()

        async def consume():
            async with aclosing(program.invoke(run)) as parts:
                async for part in parts:
                    if part == "again":
                        return

        task = asyncio.create_task(consume())
        if "again" in wait:
            await task
        else:
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    workshop.play(scene)
    assert [text for _, text in run.logs] == log


def test_closing_the_iterator_stops_the_script(workshop):
    workshop.write({"index.js": WAITING.replace("WAIT", "yield 'never taken'")})
    run = workshop.run_class()

    async def scene():
        program = await workshop.open()
        async with aclosing(program.invoke(run)) as parts:
            assert await anext(parts) == "started"
        return [part async for part in program.invoke(workshop.run_class())]

    assert workshop.play(scene) == ["started", "never taken"]
    assert ("info", "finally") in run.logs


def test_a_cancelled_loop_really_stops(workshop):
    workshop.write({"index.js": "export function* invoke() { yield 'in'; for (;;) ; }"})

    async def scene():
        program = await workshop.open()
        parts = program.invoke(workshop.run_class())
        assert await anext(parts) == "in"
        pull = asyncio.create_task(anext(parts))
        await asyncio.sleep(0)  # it has been asked for
        pull.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pull
        return await anext(program.invoke(workshop.run_class()))

    assert workshop.play(scene) == "in"


def test_twenty_runs_at_once_keep_apart(workshop):
    workshop.write({"index.js": """let mine = null;
      export async function* invoke(run) {
        mine = run.id;
        for (let i = 0; i < 3; i++) { await run.tools.call('t'); yield mine }
      }"""})  # fmt: skip

    async def scene():
        program = await workshop.open()

        async def one(n):
            run = workshop.run_class(run_id=f"run_{n}")
            run.answers["tool"] = lambda _: asyncio.sleep(0.001)
            return [part async for part in program.invoke(run)]

        return await asyncio.gather(*map(one, range(20)))

    assert workshop.play(scene) == [[f"run_{n}"] * 3 for n in range(20)]


def test_a_run_leaves_no_timer_to_the_next(workshop):
    workshop.write({"index.js": """let late = 0;
      export async function invoke(run) {
        if (run.lastMessage.text === "set") setInterval(() => { late++ }, 10);
        else await new Promise((done) => setTimeout(done, 50)); // five times as long
        return String(late);
      }"""})  # fmt: skip

    async def scene():
        program = await workshop.open()
        runs = [workshop.run_class(text) for text in ("set", "wait")]
        return [[part async for part in program.invoke(run)] for run in runs]

    assert workshop.play(scene) == [["0"], ["0"]]


def test_closing_ends_what_runs(workshop):
    workshop.write({"index.js": "export async function invoke(run) { await run.tools.call('x') }"})
    run = workshop.run_class()
    waiting = asyncio.Event()

    async def forever(_):
        waiting.set()
        await asyncio.Event().wait()

    run.answers["tool"] = forever

    async def scene():
        program = await workshop.open()
        pull = asyncio.create_task(anext(program.invoke(run)))
        await waiting.wait()
        await program.close()
        with pytest.raises(ScriptError, match="the assistant was closed"):
            await pull
        with pytest.raises(ScriptError, match="closed"):
            await anext(program.invoke(run))

    workshop.play(scene)


@pytest.mark.parametrize("result", [b"bytes", float("nan"), object()])
def test_a_result_that_is_not_json_is_an_error_in_the_script(workshop, result):
    index = """export async function invoke(run) {
      try { return await run.tools.call('x') } catch (e) { return e.message }
    }"""
    run = workshop.run_class()

    async def answer(_):
        return result

    run.answers["tool"] = answer
    assert workshop.invoke(index, run) == ["the result is not JSON, so a script cannot have it"]


def test_a_tool_that_takes_too_long_can_be_given_up(workshop):
    workshop.write({"index.js": """export const tools = [{ name: 't', async execute(_, call) {
      try { await call.tools.call('slow') } finally { call.log(String(call.signal.aborted)) }
    } }];"""})  # fmt: skip
    run = workshop.run_class()
    run.answers["tool"] = lambda _: asyncio.Event().wait()

    async def scene():
        program = await workshop.open()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await program.execute(ToolCall("c", "t", {}, run))

    workshop.play(scene)
    assert run.logs == [("info", "true")]


def test_opening_while_the_runtime_closes_ends(workshop):
    workshop.write({"index.js": "export const invoke = () => 'x'"})

    async def scene():
        opening = [asyncio.create_task(workshop.open()) for _ in range(4)]
        await asyncio.sleep(0)
        await workshop.runtime.close()
        for task in opening:
            with pytest.raises(ScriptError, match="closed"):
                await task

    workshop.play(scene)


def test_closing_is_noticed_at_the_next_part(workshop):
    workshop.write({"index.js": "export function* invoke() { yield 'a'; yield 'b' }"})

    async def scene():
        program = await workshop.open()
        parts = program.invoke(workshop.run_class())
        assert await anext(parts) == "a"
        await program.close()
        with pytest.raises(ScriptError, match="the assistant was closed"):
            await anext(parts)

    workshop.play(scene)
