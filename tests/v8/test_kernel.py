"""The kernel against scripts that change the language under it, and the clock that it gives."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.parametrize("isolation", ["here", "jail"])

WORK = """
export const tools = [{ name: 't', execute: (args) => ({ got: args.x }) }];
export async function* invoke(run) {
  yield 'a';
  for await (const c of run.model.chat({})) yield c.text;
  yield String(await run.tools.call('t', { x: 1 }));
  await new Promise((done) => setTimeout(done, 1));
  console.log('done');
}
"""


def work(workshop, trick):
    run = workshop.run_class()

    async def stream(_):
        yield {"text": "b"}

    async def answer(_):
        return "c"

    run.streams["model"] = stream
    run.answers["tool"] = answer
    parts = workshop.invoke(trick + WORK, run)
    assert ("info", "done") in run.logs
    return parts


@pytest.mark.parametrize(
    "trick",
    [
        "JSON.stringify = () => { throw 1 };",
        "JSON.parse = () => ({});",
        "Array.prototype.push = Array.prototype.map = () => { throw 1 };",
        "Array.prototype[Symbol.iterator] = () => { throw 1 };",
        "Object.defineProperty(Object.prototype, '0', { set() { throw 1 }, get() { throw 1 } });",
        "Object.defineProperty(Array.prototype, '0', { set() { throw 1 } });",
        "Map.prototype.get = Map.prototype.set = () => { throw 1 };",
        "Promise.prototype.then = () => { throw 1 };",
        "Promise.prototype.constructor = function () { throw 1 };",
        "Promise.resolve = Promise.reject = () => { throw 1 };",
        "globalThis.Map = globalThis.Error = globalThis.JSON = null;",
        "Object.prototype.toJSON = undefined; String.prototype.toJSON = () => 'forged';",
        "String.prototype.slice = String.prototype.split = () => { throw 1 };",
        "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = null;",
        "Reflect.apply = Reflect.construct = null; Object.create = null;",
        "Error.prepareStackTrace = () => { throw 1 };",
        "Object.prototype.error = Object.prototype.value = Object.prototype.problem = 'polluted';",
        "Object.prototype.get = Object.prototype.set = () => 'polluted';",
    ],
)
def test_changed_builtins_do_not_change_the_kernel(workshop, trick):
    assert work(workshop, trick + "\n") == ["a", "b", "c"]


@pytest.mark.parametrize(
    "trick",
    [
        "Object.prototype.then = (done) => done('forged');",
        "Object.prototype.then = () => {};",
        "Object.prototype.then = function () { throw new Error('then') };",
        "Object.getPrototypeOf(async function* () {}).prototype.next = Symbol = null;",
        "Object.prototype.toJSON = () => 'forged';",
        "Object.prototype.toJSON = () => { throw new Error('toJSON') };",
        "Object.defineProperty(Object.prototype, 'done', { get() { return true } });",
    ],
)
def test_a_script_that_breaks_every_object_harms_only_itself(workshop, trick):
    async def scene():
        workshop.write({"index.js": trick + WORK, "fine.js": WORK})
        try:
            program = await workshop.open()
            [part async for part in program.invoke(workshop.run_class())]
        except Exception as error:
            assert type(error).__name__ in ("ScriptError", "KeyError"), error
        fine = await workshop.open("fine.js")
        return await anext(aiter(fine.invoke(workshop.run_class())))

    assert workshop.play(scene) == "a"


@pytest.mark.parametrize(
    "attack",
    [
        "__understudy('', 'drain')",
        "__understudy(undefined, 'enter', '{}')",
        "delete globalThis.__understudy || yes",
        "(() => { 'use strict'; globalThis.__understudy = 1 })()",
        "Object.defineProperty(globalThis, '__understudy', { value: 1 })",
        "(0, eval)('var __understudy = 1; __understudy === 1 || nope')",
        "(0, eval)('function __understudy() {}')",
    ],
)
def test_the_door_of_the_host_is_shut_to_scripts(workshop, attack):
    index = f"""export function invoke() {{
      try {{ {attack}; return 'in' }} catch (e) {{ return 'out' }}
    }}"""
    assert workshop.invoke(index) == ["out"]


def test_the_secret_is_in_no_reach(workshop):
    index = """
    export async function invoke(run) {
      const seen = [];
      Error.prepareStackTrace = (_, frames) => {
        for (const frame of frames) {
          seen.push(String(frame.getFunction()), String(frame.getThis()));
          seen.push(frame.getEvalOrigin(), String(frame));
        }
        return '';
      };
      const look = globalThis.look = () => new Error('x').stack;
      look(); await null; look();
      (0, eval)('(function () { ' + look + '; look(); })')();
      const sloppy = new Function('look', 'look(); return String(arguments.callee.caller)');
      seen.push(sloppy(look), Object.getOwnPropertyNames(globalThis).join(), String(__understudy));
      return seen.join();
    }"""  # fmt: skip
    (text,) = workshop.invoke(index)
    assert "understudy:kernel" in text
    assert '"enter"' not in text.replace('action === "enter"', "")
    assert "use strict" not in text


def test_dangerous_globals_are_gone(workshop):
    index = """export const invoke = () =>
      ['SharedArrayBuffer', 'Atomics', 'WebAssembly']
      .map((name) => typeof globalThis[name]).join();"""
    assert workshop.invoke(index) == ["undefined,undefined,undefined"]


TIMES = """export function invoke() {
  const day = (date) => date.toISOString();
  return [Date.now(), day(new Date()), Date().slice(0, 15),
    day(new Date(0)), new Date(2020, 1).getMonth(),
    Date.UTC(1970, 0), new Date() instanceof Date, new Date().constructor === Date, Date.name,
    day(new (class extends Date {})()), new Intl.DateTimeFormat('en', { year: 'numeric' }).format(),
    typeof Temporal === 'undefined' || Temporal.Now.instant().epochMilliseconds,
    typeof Temporal === 'undefined' || Temporal.Now.plainDateISO().year].join();
}"""  # fmt: skip


def test_the_clock_is_the_runs(workshop):
    run = workshop.run_class()
    run.now = 86400.5
    (text,) = workshop.invoke(TIMES, run)
    moment = "1970-01-02T00:00:00.500Z"
    day, rest = text.split(",", 2)[:2], text.split(",")[3:]
    assert day == ["86400500", moment]
    assert rest[:7] == ["1970-01-01T00:00:00.000Z", "1", "0", "true", "true", "Date", moment]
    assert rest[7] == "1970"
    assert rest[8] in ("86400500", "true")
    assert rest[9] in ("1970", "true")


def test_chance_repeats_with_the_run(workshop):
    index = """export function invoke() {
      const all = Array.from({ length: 2000 }, Math.random);
      const mean = all.reduce((a, b) => a + b) / all.length;
      return [all[0], new Set(all).size, mean > 0.45 && mean < 0.55, Math.min(...all) >= 0,
              Math.max(...all) < 1].join();
    }"""

    def draw(seed):
        run = workshop.run_class()
        run.seed = seed
        return workshop.invoke(index, run)[0]

    assert draw(b"a") == draw(b"a")
    assert draw(b"a") != draw(b"b")
    assert draw(b"a").endswith(",2000,true,true,true")
