"""The snapshot of V8: found, made, proven, done without; scripts cannot tell the difference."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.errors import ScriptError
from understudy_v8.jail.jail import Jail
from understudy_v8.jail.processes import FLAGS
from understudy_v8.snapshot import script, shelf
from understudy_v8.web import all_parts

USES = """
const seen = () => [new URL("http://a.example/b?c=d").searchParams.get("c"), atob("aGk="),
  new Headers({ a: "b" }).get("a"), new TextDecoder("shift_jis").encoding, typeof AsyncLocalStorage,
  typeof WebAssembly, typeof SharedArrayBuffer, typeof Temporal.Now.instant, Date.now() > 1e12,
  performance.now() >= 0, Math.random() < 1, crypto.randomUUID().length, process.platform,
  typeof ReadableStream, Object.getOwnPropertyNames(globalThis).filter((name) => /^__/.test(name)),
  Error.stackTraceLimit, new AbortController().signal instanceof AbortSignal];
export async function* invoke(run) {
  yield JSON.stringify(seen());
  yield String(run.signal instanceof AbortSignal);
  yield String(await new Promise((done) => setTimeout(done, 1, "late")));
}
"""


@pytest.fixture(params=["here", "jail"])
def isolation(request):
    return request.param


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "v8"


def layered():
    """Whether a heap of a new jail comes from a snapshot."""

    async def main():
        jail = Jail()
        isolate = await jail.make()
        await isolate.close()
        await jail.close()
        return isolate.layered

    return asyncio.run(main())


def test_a_script_has_what_it_names_and_no_more(workshop):
    known = "(name) => Object.getOwnPropertyNames(globalThis).includes(name)"
    asked = '["atob", "Hea" + "ders", "__understudy_wake"]'
    assert workshop.invoke(f"export const invoke = () => String({asked}.map({known}))") == [
        "true,false,false"
    ]


def test_a_script_cannot_tell_whether_its_heap_comes_from_a_snapshot(tmp_path):
    program = tmp_path / "tell.py"
    program.write_text(
        "import asyncio, json, sys\n"
        "from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from conftest import Workshop\n"
        "folder = Path(sys.argv[2])\n"
        "folder.mkdir(exist_ok=True)\n"
        "told = Workshop(folder, sys.argv[3]).invoke(Path(sys.argv[4]).read_text())\n"
        "print(json.dumps(told))\n"
    )
    (tmp_path / "uses.js").write_text(USES)

    def tell(place, snapshot):
        arguments = [Path(__file__).parent, tmp_path / "assistant", place, tmp_path / "uses.js"]
        done = subprocess.run(
            [sys.executable, program, *arguments],
            env=os.environ | {"UNDERSTUDY_SNAPSHOT": snapshot},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    for place in ("here", "jail"):
        with_it, without = tell(place, "auto"), tell(place, "never")
        assert with_it == without
        assert json.loads(with_it[0])[:3] == ["d", "hi", "b"]


def test_heaps_of_a_jail_come_from_a_snapshot_that_is_made_once(cache):
    assert layered()
    (kept,) = cache.iterdir()
    made = kept.stat().st_mtime_ns
    assert layered()
    assert kept.stat().st_mtime_ns == made


def test_those_of_former_versions_are_removed_when_one_is_made(cache):
    cache.mkdir(parents=True)
    for day in range(10):
        former = cache / f"{day}.snapshot"
        former.write_bytes(b"")
        os.utime(former, (day, day))
    path = shelf.find(FLAGS)
    names = {file.name for file in cache.iterdir()}
    assert names == {path.name, *(f"{day}.snapshot" for day in range(3, 10))}


def test_a_damaged_snapshot_is_made_again(cache):
    kept = shelf.find(FLAGS)
    whole = kept.read_bytes()
    kept.write_bytes(whole[:1000] + b"\0" * 1000 + whole[2000:])
    assert layered()
    assert len(kept.read_bytes()) > 2**20


def test_one_that_cannot_be_proven_is_tried_once_and_not_used(cache, monkeypatch):
    monkeypatch.setattr(script, "PROVEN", "something else")
    assert shelf.find(FLAGS) is None
    (kept,) = cache.iterdir()
    assert kept.stat().st_size < 100
    monkeypatch.setattr(shelf, "_fill", None)  # would fail if it were called
    assert shelf.find(FLAGS) is None
    assert not layered()


def test_one_that_ends_its_process_is_not_used(cache, monkeypatch):
    monkeypatch.setattr(script, "source", lambda: "delete globalThis.Atomics")
    assert shelf.find(FLAGS) is None
    assert not layered()


def test_a_cache_that_cannot_be_written_to_is_done_without(cache, monkeypatch):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    assert shelf.find(FLAGS) is None
    assert not layered()


def test_a_wish_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_SNAPSHOT", "perhaps")
    with pytest.raises(ScriptError, match="`auto` or `never`"):
        shelf.find(FLAGS)


def test_who_uses_mini_racer_beside_us_keeps_a_heap_of_its_own(cache):
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import asyncio\n"
            "from py_mini_racer import mini_racer\n"
            "from understudy_v8.embedded import make_embedded\n"
            "ask = '[Date.now() > 1e12, typeof URL, typeof setTimeout, typeof Atomics].join()'\n"
            "async def main():\n"
            "    isolate = await make_embedded()\n"
            "    print(isolate.layered)\n"
            "    await isolate.close()\n"
            "asyncio.run(main())\n"
            "with mini_racer() as other:\n"
            "    print(other.eval(ask))\n",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == ["True", "true,undefined,function,object"]


def test_who_was_there_first_is_not_disturbed():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import asyncio\n"
            "from py_mini_racer import mini_racer\n"
            "from understudy_v8.embedded import make_embedded\n"
            "async def main():\n"
            "    with mini_racer(asyncio.get_running_loop()) as other:\n"
            "        isolate = await make_embedded()\n"
            "        print(isolate.layered, await other.eval_cancelable('1 + 1'))\n"
            "        await isolate.close()\n"
            "asyncio.run(main())\n",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == ["False", "2"]


def test_parts_that_are_ready_need_only_parts_that_are():
    needs = {part.name: part.needs for part in all_parts()}
    assert all(set(needs[name]) <= set(script._READY) for name in script._READY)
