"""`--durability`: how it is chosen, and that `fast` really waits for no disk."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path

import pytest

from understudy import Host, Invalid

from .conftest import COMMAND

PAGE = (Path(__file__).parents[2] / "docs" / "durability.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "env", "syncs"),
    [
        ((), {}, True),
        (("--durability", "fast"), {}, False),
        ((), {"UNDERSTUDY_DURABILITY": "fast"}, False),
        (("--durability", "full"), {"UNDERSTUDY_DURABILITY": "fast"}, True),
    ],
)
def test_a_run_waits_for_the_disk_unless_it_is_told_not_to(root, strace, calls, words, env, syncs):
    command = [*strace, "-e", "trace=fsync,fdatasync", *COMMAND, "run", *words, "math-tutor", "2+2"]
    own = {"UNDERSTUDY_ROOT": str(root), **env}
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, check=True)
    assert b"Answer: 4" in done.stdout
    synced = [call for call in calls() if f"<{root}" in call and "/.understudy" not in call]
    assert bool(synced) == syncs


def test_what_is_written_fast_is_there_for_the_next_process(understudy, root):
    assert understudy("run", "--durability", "fast", "math-tutor", "2+2").returncode == 0
    assert understudy("list", "--threads").stdout.count("thread_") == 1


@pytest.mark.parametrize("words", [("run", "math-tutor", "1+1"), ("list",), ("serve",)])
def test_an_unknown_durability_is_refused(understudy, words):
    done = understudy(*words, UNDERSTUDY_DURABILITY="quick")
    assert done.returncode in (1, 2)
    assert 'There is no durability "quick".' in done.stderr
    assert "Say full or fast" in done.stderr


def test_an_unknown_durability_on_the_command_line_is_a_misuse(understudy):
    done = understudy("run", "--durability", "quick", "math-tutor", "1+1")
    assert done.returncode == 2
    assert "'full', 'fast'" in done.stderr


def test_the_server_says_that_it_is_fast(start_server):
    server = start_server("--durability", "fast")
    assert "Durability: fast. A power cut may take back what was answered.\n" in server.said
    assert server.post("/threads").status == 200
    server.kill()
    server.start()
    assert len(server.get("/threads").json()["data"]) == 1
    assert "Durability" not in "".join(start_server().said)


def test_a_store_that_cannot_be_fast_stays_as_safe_as_it_is(root):
    async def main(durability):
        asked = []

        def plain(root):
            from understudy_memory import MemoryStore

            return MemoryStore(root)

        def choosing(root, *, durability="full"):
            asked.append(durability)
            return plain(root)

        for name, make in {"plain": plain, "choosing": choosing}.items():
            stores = {"stores": {name: make}}
            async with Host(root, store=name, providers=stores, durability=durability) as host:
                assert host.durability == durability
                await host.new_thread()
        return asked

    assert asyncio.run(main("fast")) == ["fast"]
    assert asyncio.run(main("full")) == ["full"]


def test_an_app_that_names_no_known_durability_is_told(root):
    with pytest.raises(Invalid, match='no durability "slow"'):
        Host(root, durability="slow")


def test_the_examples_of_the_page_work_in_their_order(root, tmp_path):
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    examples = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", "".join(blocks), re.MULTILINE)
    assert len(examples) == 3
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    program = tmp_path / "bin" / "understudy"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    env = {**os.environ, "UNDERSTUDY_ROOT": str(root), "UNDERSTUDY_DISCOVERY": "0"}
    env["PATH"] = f"{program.parent}:{env['PATH']}"
    for line, output in examples:
        ran = subprocess.run(line, shell=True, env=env, capture_output=True, text=True, check=True)
        expected = re.escape(output).replace("…\\\n", "(?s:.*)").replace("…", ".*")
        assert re.fullmatch(expected, ran.stdout), ran.stdout
    app = [COMMAND[0], "-W", "error", "-c", code]
    assert (
        "1024"
        in subprocess.run(
            app, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        ).stdout
    )
