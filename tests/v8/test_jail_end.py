"""How jails end when nobody closes them: with the interpreter, and with a host that is killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time

import pytest
from tests.v8.conftest import children

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

HOST = """
import asyncio, sys
from pathlib import Path
from understudy.runtimes import Limits, Source
from understudy_v8 import V8Runtime

async def main():
    runtime = V8Runtime()
    folder = Path(sys.argv[1])
    program = await runtime.open(Source("a", folder, folder / "index.js", {}, Limits(60)))
    busy = asyncio.ensure_future(program.validate({})) if sys.argv[2] == "busy" else None
    print("open", flush=True)
    if sys.argv[2] != "idle":
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""
INDEX = "export function validate() { for (;;) ; }"


def host(folder, how):
    (folder / "index.js").write_text(INDEX)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HOST, str(folder), how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def end_of(pids, seconds):
    """Wait until all these processes have ended; whether they did in time."""
    until = time.monotonic() + seconds
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([handle], [], [], max(0, until - time.monotonic()))[0]:
                return False
        finally:
            os.close(handle)
    return True


@pytest.mark.parametrize("how", ["waiting", "busy"])
def test_a_host_that_is_killed_takes_its_jails_along(tmp_path, how):
    with host(tmp_path, how) as process:
        assert process.stdout.readline() == "open\n"
        (zygote,) = children(process.pid)
        workers = children(zygote)
        assert workers
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert end_of([*workers, zygote], 60)


def test_a_zygote_that_is_killed_takes_its_workers_along(tmp_path):
    with host(tmp_path, "busy") as process:
        assert process.stdout.readline() == "open\n"
        (zygote,) = children(process.pid)
        workers = children(zygote)
        os.kill(zygote, signal.SIGKILL)
        assert end_of(workers, 60)
        process.communicate("\n", timeout=90)
        assert process.returncode == 0


def test_interpreters_leave_although_a_jail_is_open(tmp_path):
    for process in [host(tmp_path, "idle") for _ in range(3)]:
        with process:
            assert process.stdout.readline() == "open\n"
            zygotes = children(process.pid)
            assert process.communicate(timeout=90) == ("", "")
            assert process.returncode == 0
            assert end_of(zygotes, 60)
