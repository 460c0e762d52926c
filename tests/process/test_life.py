"""From the first use to the end: started, died, started again, and never left behind."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import time

import pytest

from understudy.errors import NotFound, ScriptError

from .conftest import is_alive

COUNTER = "let n = 0;\nexport const next = () => ++n;\n"


def test_it_is_started_by_the_first_call_and_then_kept(either):
    either.write(COUNTER)

    async def scene():
        assert either.process.pid is None
        calls = await asyncio.gather(*(either.call("next") for _ in range(3)))
        pid = either.process.pid
        return sorted(calls), await either.call("next"), either.process.pid == pid

    assert either.play(scene) == ([1, 2, 3], 4, True)


def test_one_that_exits_fails_the_calls_under_way_and_the_next_call_starts_another(either):
    either.write(
        COUNTER + "export const never = () => new Promise(() => {});\n"
        "export const die = () => { process.stderr.write('last words\\n');"
        " setTimeout(() => process.exit(3), 1); return 1 };"
    )

    async def scene():
        waiting = asyncio.create_task(either.call("never"))
        await either.call("next")
        await either.call("die")
        with pytest.raises(ScriptError) as caught:
            await waiting
        return caught.value, await either.call("next")

    error, count = either.play(scene)
    assert "src/process.js exited with code 3" in str(error)
    assert "last words" in str(error)
    assert count == 1


def test_one_that_is_killed_is_started_again(desk):
    desk.settings["engine"] = "deno"
    desk.write(COUNTER + "export const never = () => new Promise(() => {});")

    async def scene():
        await desk.call("next")
        waiting = asyncio.create_task(desk.call("never"))
        await asyncio.sleep(0)
        os.kill(desk.process.pid, signal.SIGKILL)
        with pytest.raises(ScriptError, match="was killed"):
            await waiting
        return await desk.call("next")

    assert desk.play(scene) == 1


def test_one_that_always_dies_is_started_ever_less_often(desk):
    desk.write("export const die = () => process.exit(1);")

    async def scene():
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises(ScriptError, match="exited"):
                await desk.call("die")
        return time.monotonic() - began

    assert desk.play(scene) > 0.1 + 0.2


def test_what_cannot_be_loaded_says_so_again_without_being_started_again(desk):
    desk.write("export const x = ;")

    async def scene():
        errors = []
        for _ in range(20):
            with pytest.raises(ScriptError) as caught:
                await desk.call("x")
            errors.append(caught.value)
        return errors

    errors = desk.play(scene)
    assert len({id(error) for error in errors}) < 10
    assert "src/process.js:1" in str(errors[0])
    assert errors[0].kind == "syntax"


def test_a_call_that_takes_too_long_fails_and_the_process_goes_on(either):
    either.settings["call_seconds"] = 0.2
    either.write(COUNTER + "export const never = () => new Promise(() => {});")

    async def scene():
        await either.call("next")
        with pytest.raises(ScriptError, match=r"`never` has not answered within 0\.2 s") as caught:
            await either.call("never")
        assert caught.value.kind == "time"
        return await either.call("next")

    assert either.play(scene) == 2


def test_a_loop_that_does_not_end_is_ended_with_its_process(either):
    either.settings["call_seconds"] = 0.2
    either.write(COUNTER + "export const spin = () => { for (;;); };")

    async def scene():
        await either.call("next")
        pid = either.process.pid
        with pytest.raises(ScriptError, match="`spin` has not answered"):
            await either.call("spin")
        return await either.call("next"), is_alive(pid)

    assert either.play(scene) == (1, False)


def test_closing_ends_one_that_spins(desk):
    desk.write("export const go = () => { setTimeout(() => { for (;;); }, 1); return 1 };")

    async def scene():
        await desk.call("go")
        began = time.monotonic()
        await desk.process.close()
        with pytest.raises(ScriptError, match="closed"):
            await desk.call("go")
        return time.monotonic() - began

    assert desk.play(scene) < 5


def test_leaving_while_it_starts_leaves_nothing(desk):
    desk.write("process.kill(process.ppid, 'SIGUSR1');\nawait new Promise(() => {});")
    desk.settings["engine"] = "node"

    async def scene():
        loaded = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, loaded.set)
        starting = asyncio.create_task(desk.call("go"))
        await loaded.wait()
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)

    desk.play(scene)


def test_closing_while_it_is_loaded_fails_who_waits_for_it(desk):
    desk.settings["engine"] = "deno"
    desk.write("await new Promise(() => {});")

    async def scene():
        starting = asyncio.create_task(desk.call("go"))
        while desk.process.pid is None:
            await asyncio.sleep(0)
        await desk.process.close()
        with pytest.raises(ScriptError, match="closed"):
            await starting

    desk.play(scene)


def test_a_missing_file_is_named(desk):
    async def scene():
        with pytest.raises(NotFound, match=r"there is no file src/process\.js") as caught:
            await desk.call("go")
        return caught.value

    assert "run.process.call" in desk.play(scene).hint


HOST = """
import asyncio, sys
from pathlib import Path
from understudy import Grant
from understudy.processes import Caller, ProcessSource
from understudy_process import ProcessJS

async def main():
    grant = Grant(trusted=True, process=True)
    package = {"understudy": {"process": {"engine": sys.argv[2]}}}
    folder, main = Path(sys.argv[1]), Path("src/index.js")
    process = ProcessJS(ProcessSource("ada", folder, main, package, grant=grant))
    caller = Caller("run_1", lambda level, text: None)
    await process.call(caller, "go", [])
    print(process.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a pidfd tells the end of another's child")
def test_a_host_that_is_killed_takes_even_a_spinning_process_with_it(either):
    either.write("export const go = () => { setTimeout(() => { for (;;); }, 1); return 1 };")
    command = [sys.executable, "-c", HOST, str(either.folder), either.settings["engine"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as host:
        pid = int(host.stdout.readline())
        watched = os.pidfd_open(pid)
        host.kill()
        ended, _, _ = select.select([watched], [], [], 10)
        os.close(watched)
    assert ended
    assert not is_alive(pid)
