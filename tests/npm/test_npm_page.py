"""docs/npm.md: its assistant is written, installed and run as it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "npm.md").read_text("utf-8")
FILES = re.findall(r"^```js\n// order/(\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CONSOLES = re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^\$ understudy (.*)\n((?:[^$].*\n)*)", "".join(CONSOLES), re.MULTILINE)


def test_no_example_is_overlooked():
    assert len(re.findall(r"^```\w+$", PAGE, re.MULTILINE)) == len(FILES) + len(CONSOLES)
    assert len(COMMANDS) == PAGE.count("\n$ ")


def test_the_commands_print_what_is_shown(root):
    root.add("order", dict(FILES))
    for command, output in COMMANDS:
        done = root.run(*shlex.split(command))
        assert (done.returncode, done.stdout) == (0, output), done.stderr
