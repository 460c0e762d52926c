"""index.js and its process.js in real runs of a host: permission, logs, replay, the end."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from select import select

import pytest

from understudy import Host, NotAllowed, SyncHost
from understudy.cli import main
from understudy.processes import Caller

from .conftest import is_alive

ALLOWED = {"understudy": {"permissions": {"process": True}}}
PROCESS = """
export const pid = () => { console.log("asked for", process.pid); return process.pid };
export async function* count(to) { for (let i = 1; i <= to; i++) yield String(i); }
export const fail = () => { throw new RangeError("too far") };
"""


@pytest.fixture
def ada(root, write_assistant):
    """`ada(index)` writes an assistant that has been trusted."""

    def write(index, process=PROCESS):
        files = {
            "src/index.js": index,
            "src/process.js": process,
            "package.json": ALLOWED,
        }
        folder = write_assistant("ada", files)
        assert main(["--root", str(root), "trust", "ada", "--yes"]) == 0
        return folder

    return write


def test_nobody_runs_a_process_js_that_has_not_been_allowed(root, write_assistant):
    index = "export const invoke = (run) => run.process.call('pid');"
    write_assistant("ada", {"src/index.js": index, "src/process.js": PROCESS})
    with SyncHost(root) as host, pytest.raises(NotAllowed, match='"process": true'):
        host.run("ada", "Hi")


def test_all_runs_use_one_process_and_closing_the_host_ends_it(root, ada):
    ada("export const invoke = async (run) => String(await run.process.call('pid'));")
    with SyncHost(root) as host:
        pids = {int(host.run("ada", "Hi").text) for _ in range(3)}
        [pid] = pids
        assert is_alive(pid)
    assert not is_alive(pid)


def test_a_changed_process_js_is_used_by_the_next_run(root, write_assistant):
    assert main(["--root", str(root), "new", "ada", "--from", "math-tutor"]) == 0
    index = "export const invoke = (run) => run.process.call('say');"
    files = {"src/index.js": index, "package.json": ALLOWED}
    with SyncHost(root) as host:
        for word in ("one", "three"):
            text = f"export const say = () => '{word}';"
            write_assistant("ada", files | {"src/process.js": text})
            assert host.run("ada", "Hi").text == word


def test_items_stream_to_the_client_and_tools_have_the_process_too(root, ada):
    ada(
        "export const tools = [{ name: 'last', execute: async ({ to }, call) =>"
        " (await call.process.call('count', to)).at(-1) }];\n"
        "export async function* invoke(run) {\n"
        "  for await (const n of run.process.call('count', 2)) yield n;\n"
        "  yield await run.tools.call('last', { to: 7 });\n"
        "}"
    )
    with SyncHost(root) as host:
        assert host.run("ada", "Hi").text.split() == ["12", "7"]


def test_its_errors_can_be_caught_and_else_end_the_run_with_their_place(root, ada):
    ada(
        "export async function* invoke(run) {\n"
        "  try { await run.process.call('fail') } catch (e) { yield e.message + '\\n' }\n"
        "  await run.process.call('fial');\n"
        "}"
    )
    with SyncHost(root) as host, pytest.raises(Exception, match="Did you mean `fail`") as caught:
        host.run("ada", "Hi")
    assert "src/process.js exports no function `fial`" in str(caught.value)


def test_a_call_that_is_awaited_cannot_be_looped_over_later(root, ada):
    ada(
        "export async function* invoke(run) {\n"
        "  const all = run.process.call('count', 2);\n"
        "  yield (await all).join();\n"
        "  try { for await (const n of all) yield n } catch (e) { yield ' ' + e.message }\n"
        "}"
    )
    with SyncHost(root) as host:
        assert host.run("ada", "Hi").text.startswith("1,2 this call is being awaited; loop over")


def test_what_it_prints_is_in_the_log_of_the_assistant(root, ada, caplog):
    ada("export const invoke = async (run) => String(await run.process.call('pid'));")
    with caplog.at_level(logging.INFO, "understudy.assistant"), SyncHost(root) as host:
        pid = host.run("ada", "Hi").text
    assert f"ada: asked for {pid}" in caplog.messages
    [journal] = root.glob("threads/*/runs/*/journal*")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    logged = [line["payload"] for line in lines if line.get("effect") == "log"]
    assert logged == [{"level": "info", "text": f"asked for {pid}"}]


def test_a_cancelled_run_stops_its_stream_and_leaves_the_process(root, ada):
    ada(
        "export async function* invoke(run) { yield* run.process.call('forever'); }",
        "let ended = 0;\nexport async function* forever() {"
        " try { for (;;) { yield 'x'; await null } } finally { ended++ } }\n"
        "export const count = () => ended;",
    )

    async def scene():
        async with Host(root) as host:
            execution = await host.start("ada", "Hi")
            async for event in execution.events():
                if event.name == "thread.message.delta":
                    break
            run = await execution.cancel()
            async with host.assistants.loaded("ada") as loaded:
                caller = Caller("run_x", lambda _level, _text: None)
                return run.status, await loaded.companion.process.call(caller, "count", [])

    assert asyncio.run(scene()) == ("cancelled", 1)


def test_the_journal_has_every_call_with_its_result(root, ada):
    ada(
        "export async function* invoke(run) {\n"
        "  for await (const n of run.process.call('count', 9)) { yield n; if (n === '2') break; }\n"
        "}"
    )
    with SyncHost(root) as host:
        assert host.run("ada", "Hi").text == "12"
    [journal] = root.glob("threads/*/runs/*/journal*")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    [effect] = [line for line in lines if "effect" in line]
    [result] = [line for line in lines if "result" in line]
    assert effect["effect"] == "process.stream"
    assert result["value"] == ["1", "2"]


def test_a_killed_command_leaves_no_process(root, ada, tmp_path):
    ada(
        "export async function* invoke(run) {"
        " yield String(await run.process.call('pid')) + '\\n'; await run.process.call('spin'); }",
        PROCESS + "export const spin = () => { for (;;); };",
    )
    command = [sys.executable, "-m", "understudy", "--root", str(root), "run", "ada", "Hi"]
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True) as running:
        pid = int(running.stdout.readline())
        watched = os.pidfd_open(pid)
        running.kill()
    assert select([watched], [], [], 10)[0]
    os.close(watched)
