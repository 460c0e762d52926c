"""What process.js may use, and what it does that no process should."""

import asyncio
import os
from dataclasses import replace

import pytest

from understudy.errors import ScriptError
from understudy.processes import Caller
from understudy_process import logs

from .conftest import Desk


@pytest.mark.parametrize(
    "greed",
    ["{ a: [1, 2, 3] }", "new Uint8Array(2 ** 24).fill(1)"],
    ids=["objects", "buffers"],
)
def test_memory_has_an_end(either, greed):
    either.settings |= {"memory_mb": 64, "call_seconds": 20}
    error = either.failure(
        f"const all = [];\nexport function go() {{ for (;;) all.push({greed}); }}"
    )
    assert isinstance(error, ScriptError)
    assert "memory" in str(error) or "allocation failed" in str(error)


def test_descriptors_have_an_end(desk: Desk):
    desk.settings["engine"] = "node"
    error = desk.failure(
        "import fs from 'node:fs';\n"
        "export function go() { for (;;) fs.openSync(import.meta.filename) }"
    )
    assert "EMFILE" in str(error)


def test_cpu_time_has_an_end(desk: Desk):
    desk.settings["engine"] = "deno"
    desk.settings["cpu_seconds"] = 1
    error = desk.failure("export function go() { for (;;); }")
    assert "too much CPU time" in str(error)
    assert error.kind == "time"


def test_what_it_prints_is_logged_for_its_run_with_its_level(either: Desk):
    either.write(
        "export const go = (n) => { console.log('run', n, { a: [1] }); console.error('oh'); };"
    )
    said: dict[str, list[tuple[str, str]]] = {"run_1": [], "run_2": []}

    async def scene():
        for run, log in said.items():
            caller = Caller(run, lambda level, text, log=log: log.append((level, text)))
            await either.process.call(caller, "go", [run])

    either.play(scene)
    for run, log in said.items():
        assert log == [("info", f"run {run} {{ a: [ 1 ] }}"), ("error", "oh")]


def test_what_is_printed_past_console_is_logged_too(either: Desk):
    either.write(
        "export const go = () => new Promise((then) =>"
        " process.stdout.write('out\\n', () => process.stderr.write('err\\n', then)));"
    )

    async def scene():
        await either.call("go")
        await either.process.close()

    either.play(scene)
    assert sorted(either.logs) == [("info", "out"), ("warning", "err")]


def test_megabytes_of_output_are_cut_and_stop_nobody(desk: Desk):
    desk.write(
        "export const go = () => { for (let i = 0; i < 3000; i++) console.log('x'.repeat(2000)); "
        "process.stdout.write('y'.repeat(2 ** 20)); return 1 };"
    )

    async def scene():
        return await desk.call("go")

    assert desk.play(scene) == 1
    assert sum(len(text) for _, text in desk.logs) <= logs.MAX_CHARACTERS


def test_a_flood_of_messages_drowns_nobody(desk: Desk):
    desk.write(
        "export const flood = () => { for (let i = 0; i < 50000; i++) process.send(i); };\n"
        "export const go = () => 1;"
    )

    async def scene():
        await desk.call("flood")
        return await desk.call("go")

    assert desk.play(scene) == 1


def test_rubbish_on_the_channel_ends_it(desk: Desk):
    desk.settings["engine"] = "node"
    error = desk.failure(
        "import fs from 'node:fs';\nexport function go() {\n"
        "  for (let fd = 3; fd < 100; fd++) {\n"
        "    try { if (fs.fstatSync(fd).isSocket()) fs.writeSync(fd, 'rubbish\\n') } catch {}\n"
        "  }\n  return new Promise(() => {});\n}"
    )
    assert "wrote on its channel what is no message" in str(error)


def test_its_environment_is_what_was_granted(either: Desk, monkeypatch):
    monkeypatch.setenv("SHARED_WITH_ADA", "yes")
    monkeypatch.setenv("SECRET_OF_THE_HOST", "no")
    either.grant = replace(either.grant, env=("SHARED_WITH_ADA", "NOT_SET"))
    either.write("export const env = () => process.env;")

    async def scene():
        return await either.call("env")

    assert either.play(scene) == {"SHARED_WITH_ADA": "yes"}


def test_it_leads_a_session_of_its_own_and_is_nicer(desk: Desk):
    desk.settings["engine"] = "deno"
    desk.write("export const go = () => 1;")

    async def scene():
        await desk.call("go")
        pid = desk.process.pid
        await asyncio.sleep(0)
        return os.getsid(pid) == pid, os.getpriority(os.PRIO_PROCESS, pid)

    assert desk.play(scene) == (True, os.getpriority(os.PRIO_PROCESS, 0) + 5)
