"""AsyncLocalStorage: values that follow what a script awaits, in both places where it can run."""

from __future__ import annotations

import pytest

from understudy_v8 import extras

IN_BOTH = pytest.mark.parametrize("isolation", ["here", "jail"])

FOLLOWED = """
const storage = new AsyncLocalStorage();
const seen = [];
const note = (what) => seen.push(what + storage.getStore());
async function work() {
  note('start');
  await null;
  note('await');
  await new Promise((done) => setTimeout(done, 1));
  note('timer');
  await Promise.resolve().then(() => note('then'));
  queueMicrotask(() => note('task'));
  for await (const chunk of fetched()) note(chunk);
}
async function* fetched() { yield 'chunk'; await null; yield 'chunk'; }
export async function invoke() {
  await Promise.all([1, 2].map((number) => storage.run(number, work)));
  return seen.filter((what) => what.endsWith('1')).join() + '|' + storage.getStore();
}
"""


@IN_BOTH
def test_a_value_follows_awaits_timers_and_tasks(workshop):
    (part,) = workshop.invoke(FOLLOWED)
    assert part == "start1,await1,timer1,then1,task1,chunk1,chunk1|undefined"


def test_a_value_follows_the_answer_of_a_request(workshop):
    run = workshop.run_class()

    async def answer(payload):
        return payload["name"]

    run.answers["tool"] = answer
    index = """const storage = new AsyncLocalStorage();
    export async function invoke(run) {
      const ask = async (name) => { await run.tools.call(name, {}); return storage.getStore() };
      return (await Promise.all(['a', 'b'].map((name) => storage.run(name, ask, name)))).join();
    }"""
    assert workshop.invoke(index, run) == ["a,b"]


@IN_BOTH
def test_one_run_leaves_nothing_to_the_next(workshop):
    workshop.write(
        {
            "index.js": """const storage = new AsyncLocalStorage();
            export function invoke() {
              const found = String(storage.getStore());
              storage.enterWith('left');
              return found + storage.getStore();
            }"""
        }
    )

    async def scene():
        program = await workshop.open()
        runs = [workshop.run_class(run_id=f"run_{number}") for number in range(2)]
        return [[part async for part in program.invoke(run)] for run in runs]

    assert workshop.play(scene) == [["undefinedleft"], ["undefinedleft"]]


def test_functions_can_be_bound_to_a_moment(workshop):
    index = """const storage = new AsyncLocalStorage();
    export async function invoke() {
      const [bound, enter] = storage.run(1, () => [
        AsyncLocalStorage.bind(() => storage.getStore()), AsyncLocalStorage.snapshot(),
      ]);
      const inner = storage.run(2, () => storage.exit(() => storage.getStore()));
      try { storage.run(3, () => { throw new Error() }) } catch { }
      const all = [bound(), enter(() => storage.getStore()), inner, storage.getStore()];
      return all.map(String).join();
    }"""
    assert workshop.invoke(index) == ["1,1,undefined,undefined"]


def test_where_v8_does_not_show_it_there_is_none(workshop, monkeypatch):
    monkeypatch.setattr(extras, "shower", extras.shower.__wrapped__)  # it remembers
    monkeypatch.setattr(extras, "_FUNCTIONS", {"isolate": ("_no_such_symbol", None, ())})
    index = "export const invoke = () => typeof AsyncLocalStorage"
    assert workshop.invoke(index) == ["undefined"]
