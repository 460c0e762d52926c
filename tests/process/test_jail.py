"""process.js in the jail: what goes there, what it has there, and how it ends."""

import asyncio
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from understudy import Grant, SyncHost
from understudy.cli import main
from understudy.errors import NotFound, ScriptError
from understudy.processes import ProcessSource
from understudy_process import engines
from understudy_process.needs import engine_need
from understudy_process.pipe import Pipe
from understudy_process.site import Site

from .conftest import Desk

COUNTER = "let n = 0;\nexport const next = () => ++n;\n"
NEEDS = {
    "import { hash } from 'node:crypto';": "imports `node:crypto`",
    "const fs = require('fs');": "imports `fs`",
    "import zod from 'zod';": "imports `zod`",
    "export const go = (name) => import(name);": "has a `import` whose name is made up",
    "export const go = () => Deno.version;": "uses `Deno`",
    "export const go = () => process.cwd();": "uses `process.cwd`",
}
INDEX = "export const invoke = async (run) => String(await run.process.call('next'));"
SPIN = "export const go = () => { setTimeout(() => { for (;;); }, 1); return 1 };"


@pytest.fixture
def jailed(desk: Desk) -> Desk:
    desk.settings["engine"] = "jail"
    return desk


def need(desk: Desk) -> str | None:
    return engine_need(Site.of(ProcessSource("ada", desk.folder, Path("src/index.js"))))


@pytest.mark.parametrize(("text", "what"), NEEDS.items(), ids=NEEDS.values())
def test_what_needs_an_engine_says_for_what_also_in_a_file_that_is_imported(desk, text, what):
    desk.write("import './other.js';\nexport { a } from './data.json';")
    desk.write(text, "src/other.js")
    assert need(desk).startswith(f"src/other.js {what}")


def test_what_needs_nothing_of_node_runs_in_the_jail_without_any_engine(desk, monkeypatch):
    monkeypatch.setattr(engines, "find_deno", lambda: None)
    monkeypatch.setenv("PATH", "")
    desk.write("import { two } from './two';\nexport const go = (n) => n * two;")
    desk.write("export const two = 2;", "src/two.ts")
    desk.grant = Grant(process=True)

    async def scene():
        return await desk.call("go", 21)

    assert desk.play(scene) == 42


def test_without_an_engine_the_error_says_what_needs_one(desk, monkeypatch):
    monkeypatch.setattr(engines, "find_deno", lambda: None)
    monkeypatch.setenv("PATH", "")
    error = desk.failure("import 'node:zlib';")
    assert isinstance(error, NotFound)
    assert "not installed (src/process.js imports `node:zlib`)" in str(error)
    assert 'pip install "understudy[process]"' in str(error)


def test_one_that_asks_for_the_jail_and_cannot_run_there_is_told_why(jailed):
    error = jailed.failure("import 'node:fs';")
    assert str(error) == ("src/process.js cannot run in the jail: src/process.js imports `node:fs`")


def test_a_loop_is_ended_and_the_next_call_starts_anew(jailed):
    jailed.settings["call_seconds"] = 0.2
    jailed.write(COUNTER + "export const spin = () => { for (;;); };")

    async def scene():
        first = await jailed.call("next"), await jailed.call("next")
        with pytest.raises(ScriptError, match="`spin` has not answered"):
            await jailed.call("spin")
        return *first, await jailed.call("next")

    assert jailed.play(scene) == (1, 2, 1)


def test_one_that_uses_up_its_memory_is_ended_and_says_so(jailed):
    jailed.settings["memory_mb"] = 128
    error = jailed.failure("export const go = () => { const a = []; for (;;) a.push({}) };")
    assert error.kind == "memory"
    assert "src/process.js was ended" in str(error)


def test_one_that_exits_fails_the_calls_under_way_with_its_last_words(jailed):
    jailed.write(
        COUNTER + "export const die = () => { process.stderr.write('last words\\n');"
        " process.exit(); return new Promise(() => {}) };"
    )

    async def scene():
        await jailed.call("next")
        with pytest.raises(ScriptError, match=r"(?s)src/process.js exited.*last words"):
            await jailed.call("die")
        return await jailed.call("next")

    assert jailed.play(scene) == 1
    assert jailed.logs == [("warning", "last words")]


def test_a_mistake_in_the_file_is_told_with_its_place(jailed):
    error = jailed.failure("\nexport const go = ;")
    assert (error.kind, error.file, error.line) == ("syntax", "src/process.js", 2)


def test_an_error_has_its_place_and_no_column_that_is_not_the_authors(jailed):
    throws = "export const go = () => { throw new RangeError('no') };"
    first, third = jailed.failure(throws), jailed.failure(f"\n\n{throws}")
    assert str(first) == "src/process.js:1: `go` failed: RangeError: no"
    assert str(third) == "src/process.js:3:33: `go` failed: RangeError: no"


def test_lines_find_their_run_and_keep_their_directives(jailed):
    jailed.write("export const go = async (n) => { await null; console.warn('%s!', n, 1); };")

    async def scene():
        await asyncio.gather(*(jailed.call("go", n, run=f"run_{n}") for n in range(3)))

    jailed.play(scene)
    assert sorted(jailed.logs) == [("warning", f"{n}! 1") for n in range(3)]


def test_its_environment_has_what_is_granted_and_nothing_else(jailed, monkeypatch):
    monkeypatch.setenv("FLAVOUR", "plum")
    jailed.grant = Grant(process=True, env=("FLAVOUR",))
    jailed.write("export const go = () => ({ ...process.env });")

    async def scene():
        return await jailed.call("go")

    assert jailed.play(scene) == {"FLAVOUR": "plum"}


def test_it_listens_as_it_would_in_node(jailed):
    jailed.write(
        "process.once('message', (m) => process.send(`once ${m}`, () => process.send('sent')));"
        "process.on('message', (m) => process.send(`on ${m}`));"
    )

    async def scene():
        caller = jailed.caller()
        for text in "ab":
            await jailed.process.send(caller, text)
        messages = jailed.process.messages(caller)
        said = {await anext(messages) for _ in range(4)}
        await messages.aclose()
        return said

    assert jailed.play(scene) == {"once a", "sent", "on a", "on b"}


def allowed(root: Path, write_assistant, process: str, index: str = INDEX, **asked: object) -> None:
    package = {"understudy": {"permissions": {"process": True, **asked}}}
    write_assistant(
        "ada", {"src/index.js": index, "src/process.js": process, "package.json": package}
    )
    assert main(["--root", str(root), "trust", "ada", "--yes"]) == 0


def test_all_runs_of_a_host_use_one(root, write_assistant):
    allowed(root, write_assistant, COUNTER)
    with SyncHost(root) as host:
        assert [host.run("ada", "Hi").text for _ in range(3)] == ["1", "2", "3"]


def test_it_reaches_the_hosts_that_are_granted_and_no_others(root, write_assistant, model):
    index = """export async function invoke(run) {
      const [good, bad] = run.lastMessage.text.split(' ');
      const tried = run.process.call('get', bad).catch((error) => error.message);
      return `${await run.process.call('get', good)} ${await tried}`;
    }"""
    process = "export const get = async (url) => (await fetch(url)).status;"
    allowed(root, write_assistant, process, index, net=["127.0.0.1"])
    with SyncHost(root) as host:
        text = host.run("ada", f"{model.base_url}/models http://example.com/").text
    assert text.startswith("200 ")
    assert "may not connect to example.com" in text


SERVER = """
import asyncio, sys
from understudy import Host

async def main():
    async with Host(sys.argv[1]) as host:
        print((await host.run("ada", "Hi")).text, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the children of a process")
def test_a_host_that_is_killed_takes_even_a_spinning_one_with_it(root, write_assistant):
    index = "export const invoke = async (run) => String(await run.process.call('go'));"
    allowed(root, write_assistant, SPIN, index)
    command = [sys.executable, "-c", SERVER, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == "1\n"
        watched = {pid: os.pidfd_open(pid) for pid in descendants(host.pid)}
        host.kill()
        ended = [bool(select.select([fd], [], [], 10)[0]) for fd in watched.values()]
    for fd in watched.values():
        os.close(fd)
    assert ended
    assert all(ended)


def descendants(pid: int) -> list[int]:
    """The processes below a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    below = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return below + [deeper for child in below for deeper in descendants(child)]


SPEAKER = """
export const now = (n) => n;
export async function talk(count) {
  for (let i = 0; i < count; i++) {
    process.send(i);
    for (let step = 0; step < i % 40; step++) await null;
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return count;
}
"""


def test_an_answer_goes_out_with_the_request_for_the_next_call(jailed, monkeypatch):
    jailed.write(SPEAKER)
    read, turns = Pipe.read, []
    monkeypatch.setattr(Pipe, "read", lambda pipe: turns.append(pipe) or read(pipe))

    async def scene():
        await jailed.call("now", 0)
        begun = len(turns)
        answers = [await jailed.call("now", n) for n in range(20)]
        return answers, len(turns) - begun

    answers, taken = jailed.play(scene)
    assert answers == list(range(20))
    assert taken <= 21


def test_what_is_said_while_nobody_asks_arrives_once_and_in_order(jailed):
    jailed.write(SPEAKER)

    async def scene():
        talking = asyncio.create_task(jailed.call("talk", 300))
        answers = await asyncio.gather(*(jailed.call("now", n, run=f"run_{n}") for n in range(50)))
        said = []
        async for value in jailed.process.messages(jailed.caller()):
            said.append(value)
            if len(said) == 300:
                break
        return answers, said, await talking

    assert jailed.play(scene) == (list(range(50)), list(range(300)), 300)


def test_a_rejection_that_nobody_handles_does_not_end_the_jail(jailed):
    jailed.write(COUNTER + "export const go = () => { Promise.reject(new Error('lost')); };")

    async def scene():
        await jailed.call("next")
        await jailed.call("go")
        return await jailed.call("next")

    assert jailed.play(scene) == 2
