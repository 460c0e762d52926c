"""docs/isolation.md: its examples do what it says, and its figures are those of the code."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.v8.conftest import jails

from understudy.permissions.grant import Grant
from understudy.runtimes import Limits
from understudy_v8.jail import confinement, frames, jailed, processes

PAGE = (Path(__file__).parents[2] / "docs/isolation.md").read_text()


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def lines(start):
    (found,) = re.findall(rf"^    ({start}.*)$", PAGE, re.MULTILINE)
    return found


@pytest.mark.parametrize("isolation", ["jail"])
def test_the_script_that_runs_for_months_is_ended_as_shown(workshop):
    workshop.limits = Limits(turn_seconds=1)
    workshop.write({"src/index.js": block("js")})

    async def scene():
        program = await workshop.open("src/index.js")
        try:
            return await anext(aiter(program.invoke(workshop.run_class())))
        except Exception as error:
            return f"{error.file}: {error}"

    assert workshop.play(scene) == lines("src/index.js")


def test_a_trusted_assistant_that_asks_for_the_jail_is_in_it(workshop):
    workshop.package = json.loads(block("json"))
    workshop.grant = Grant(trusted=True)
    workshop.write({"src/index.js": "export function invoke() {}"})

    async def scene():
        await workshop.open("src/index.js")
        return jails()

    assert len(workshop.play(scene)) == 1


def test_the_command_works(tmp_path):
    words = shlex.split(lines("UNDERSTUDY_JAIL"))
    name, _, value = words[0].partition("=")
    assert words[1] == "understudy"
    process = subprocess.run(
        [sys.executable, "-m", "understudy", *words[2:]],
        env=os.environ | {name: value, "UNDERSTUDY_ROOT": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert "x = 5" in process.stdout


@pytest.mark.parametrize(
    "words",
    [
        f"`turn_seconds`, {Limits().turn_seconds:g} by default",
        f"`memory_mb`, {Limits().memory_bytes >> 20} by default, and "
        f"{confinement._SLACK_BYTES >> 20} MB besides",
        f"{confinement._FILES} at most",
        f"{frames.ANSWER_LIMIT >> 20} MB, {jailed._PARTS:,} lists and objects",
        f"(`{processes.FLAGS.split()[1]}`)",
    ],
)
def test_its_figures_are_true(words):
    assert words in PAGE
