"""The jail from inside and outside: what a script cannot do there, and what is left of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import uvloop
from tests.v8.conftest import children, jails

from understudy.errors import ScriptError
from understudy.permissions.grant import Grant
from understudy.runtimes import Limits
from understudy_v8 import V8Runtime, pool
from understudy_v8.jail.jail import Jail
from understudy_v8.jail.spawning import SpawnedProcesses

linux = pytest.mark.skipif(sys.platform != "linux", reason="what Linux keeps")
ANSWER = """export async function invoke(run) {
  if (run.lastMessage.text === 'fine') return 'fine';
  ATTACK
}"""


@pytest.fixture
def isolation():
    return "jail"


def first_part(program, run):
    return anext(aiter(program.invoke(run)))


def workers():
    (zygote,) = jails()
    return children(zygote)


@pytest.mark.parametrize(
    ("attack", "kind"),
    [
        ("Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)", "time"),
        ("new Array(2 ** 27 - 20).fill(1.1).reverse()", "memory"),
        ("'a'.repeat(2 ** 28).split('')", "memory"),
        ("const a = []; a.length = 2 ** 32 - 1; a.fill(1)", "time"),
        ("Array.from({ length: 3e8 })", "memory"),
        ("JSON.parse('[' + '{},'.repeat(3e7) + '1]')", "memory"),
        ("const all = []; for (;;) all.push(new Intl.DateTimeFormat())", "memory"),
        ("let text = 'x'; for (;;) text = (text + text).normalize('NFD')", "error"),
    ],
)
def test_what_would_end_or_pin_the_host_ends_a_worker(workshop, attack, kind):
    workshop.limits = Limits(turn_seconds=1, memory_bytes=64 * 2**20)
    workshop.write(
        {
            "index.js": ANSWER.replace("ATTACK", attack),
            "other.js": ANSWER,
        }
    )

    async def scene():
        program, other = await workshop.open(), await workshop.open("other.js")
        fine = workshop.run_class("fine", run_id="run_2")
        under_attack = asyncio.ensure_future(first_part(program, workshop.run_class()))
        assert await first_part(other, fine) == "fine"
        with pytest.raises(ScriptError) as caught:
            await under_attack
        assert await first_part(program, fine) == "fine"
        return caught.value

    error = workshop.play(scene)
    assert error.kind in (kind, "memory", "time"), error


def test_memory_outside_the_heap_is_limited_and_the_script_can_go_on(workshop):
    workshop.limits = Limits(memory_bytes=64 * 2**20)
    index = """export function invoke() {
      const all = [];
      try { for (;;) all.push(new Uint8Array(2 ** 22).fill(1)) } catch (error) {
        const count = all.length; all.length = 0;
        return [error.name, count > 4, count < 26].join();
      }
    }"""
    assert workshop.invoke(index) == ["RangeError,true,true"]


def test_what_is_sent_is_counted(workshop):
    error = workshop.failure("export const tools = []; export function load() {}"
        "export async function invoke(run) {"
        " await run.tools.call('x', { all: new Array(1e6).fill([]) }) }")  # fmt: skip
    assert "more than 400,000 lists and objects in one go" in str(error)


@linux
def test_a_worker_has_nothing_of_the_hosts(workshop, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    workshop.write({"index.js": ANSWER})

    async def scene():
        await workshop.open()
        return [(read(pid), os.getsid(pid), os.getpriority(os.PRIO_PROCESS, pid))
                for pid in workers()]  # fmt: skip

    def read(pid):
        folder = Path(f"/proc/{pid}")
        files = sorted(os.readlink(path) for path in (folder / "fd").iterdir())
        text = (folder / "status").read_text()
        status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
        limits = (folder / "limits").read_text()
        return files, (folder / "environ").read_bytes(), status["Seccomp"].strip(), limits

    (found, session, priority), *_ = workshop.play(scene)
    files, environment, seccomp, limits = found
    assert [name.split(":")[0] for name in files] == ["/dev/null"] * 3 + ["socket"]
    assert b"canary" not in environment
    assert seccomp == "2"
    assert session != os.getsid(0)
    assert priority >= 5
    rows = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert rows["Max core file size"] == rows["Max file size"] == ["0", "0"]
    assert rows["Max open files"] == ["32", "32"]
    assert int(rows["Max data size"][1]) < 2**30
    assert rows["Max cpu time"][0] != "unlimited"


REFUSED = """
import os, resource, socket
from understudy_v8.jail import seccomp
assert seccomp.install()
tries = {
    "open": lambda: open("/etc/hostname"), "socket": socket.socket, "fork": os.fork,
    "exec": lambda: os.execv("/bin/true", ["true"]), "kill": lambda: os.kill(os.getppid(), 0),
    "limit": lambda: resource.prlimit(os.getppid(), 7),
}
for name, attempt in tries.items():
    try:
        attempt()
    except PermissionError:
        print(name)
print(flush=True)
os._exit(0)
"""


@linux
def test_the_filter_refuses_files_sockets_processes_and_signals():
    code = REFUSED
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                             timeout=90, check=False)  # fmt: skip
    assert process.stdout.split() == ["open", "socket", "fork", "exec", "kill", "limit"]


@pytest.mark.parametrize("whom", ["worker", "zygote"])
def test_a_process_that_is_killed_from_outside_is_reported_and_replaced(workshop, whom):
    workshop.write({"index.js": ANSWER.replace("ATTACK", "await new Promise((done) => {"
        " setTimeout(done, 1e6); run.tools.call('x', {}) })")})  # fmt: skip
    run = workshop.run_class()

    async def kill(_):
        (zygote,) = jails()
        for pid in workers() if whom == "worker" else [zygote]:
            os.kill(pid, signal.SIGKILL)

    run.answers["tool"] = kill

    async def scene():
        program = await workshop.open()
        with pytest.raises(ScriptError, match="process has ended: SIGKILL"):
            await first_part(program, run)
        return await first_part(program, workshop.run_class("fine"))

    assert workshop.play(scene) == "fine"


def test_an_idle_worker_that_is_killed_is_not_used(workshop):
    workshop.write({"index.js": ANSWER})

    async def scene():
        program = await workshop.open()
        open_files = len(os.listdir("/proc/self/fd"))
        for pid in workers():
            os.kill(pid, signal.SIGKILL)
        while len(os.listdir("/proc/self/fd")) == open_files:
            await asyncio.sleep(0)
        return await first_part(program, workshop.run_class("fine"))

    assert workshop.play(scene) == "fine"


def test_many_jails_leave_no_descriptor_and_no_thread(workshop):
    workshop.write({"index.js": ANSWER.replace("ATTACK", "for (;;) ;")})
    workshop.limits = Limits(turn_seconds=0.05)

    async def scene():
        program = await workshop.open()
        before = None
        for _ in range(12):
            with pytest.raises(ScriptError):
                await first_part(program, workshop.run_class())
            now = len(os.listdir("/proc/self/fd")), threading.active_count()
            before = before or now
        assert len(workers()) <= 4
        return before, now

    before, after = workshop.play(scene)
    assert after[0] <= before[0] + 3
    assert after[1] <= before[1] + 3


def test_workers_can_be_started_where_they_cannot_be_forked(workshop):
    workshop.write({"index.js": ANSWER.replace("ATTACK", "for (;;) ;")})
    workshop.limits = Limits(turn_seconds=0.5)

    async def scene():
        await workshop.runtime.close()
        workshop.runtime = V8Runtime(jail=Jail(SpawnedProcesses()))
        program = await workshop.open()
        with pytest.raises(ScriptError, match=r"ran for 0\.5 s"):
            await first_part(program, workshop.run_class())
        return await first_part(program, workshop.run_class("fine"))

    assert workshop.play(scene) == "fine"


def test_it_works_on_the_servers_event_loop(workshop):
    workshop.write({"index.js": ANSWER.replace("ATTACK", "return 'x'.repeat(2 ** 21)")})

    async def scene():
        runtime = workshop.runtime = V8Runtime()
        try:
            program = await workshop.open()
            return await first_part(program, workshop.run_class())
        finally:
            await runtime.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert len(runner.run(scene())) == 2**21
    assert jails() == []


def test_no_process_can_be_started_is_a_clear_error(workshop, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    error = workshop.failure(ANSWER)
    assert "no process can be started for the script" in str(error)
    assert "/nowhere/python" in str(error)
    assert "UNDERSTUDY_JAIL" in error.hint


@pytest.mark.parametrize(
    ("trusted", "package", "variable", "jailed"),
    [
        (True, {}, "", False),
        (False, {}, "", True),
        (True, {"understudy": {"isolation": "jail"}}, "", True),
        (True, {}, "always", True),
        (False, {}, "never", False),
    ],
)
def test_where_code_runs(workshop, monkeypatch, trusted, package, variable, jailed):
    monkeypatch.setenv("UNDERSTUDY_JAIL", variable)
    workshop.write({"index.js": ANSWER})
    workshop.grant, workshop.package = Grant(trusted=trusted), package

    async def scene():
        await workshop.open()
        return jails() != []

    assert workshop.play(scene) is jailed


def test_a_wish_for_less_isolation_is_refused(workshop, monkeypatch):
    workshop.package = {"understudy": {"isolation": "none"}}
    error = workshop.failure(ANSWER)
    assert '"isolation" can only be "jail"' in str(error)
    assert error.file == "package.json"
    workshop.package = {}
    monkeypatch.setenv("UNDERSTUDY_JAIL", "yes")
    assert "UNDERSTUDY_JAIL is 'yes'" in str(workshop.failure(ANSWER))


def test_only_so_many_assistants_keep_a_process_between_runs(workshop, monkeypatch):
    monkeypatch.setattr(pool, "_IDLE", 3)
    workshop.write({"index.js": ANSWER})

    async def scene():
        programs = [await workshop.open() for _ in range(8)]
        assert len(workers()) <= 3 + 2
        for program in programs:
            assert await first_part(program, workshop.run_class("fine")) == "fine"
        return len(workers())

    assert workshop.play(scene) <= 3 + 2
