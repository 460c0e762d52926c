"""The examples of docs/process.md do what it says they do, and it names every setting."""

import re
import shlex
from pathlib import Path

import pytest

from understudy.cli import main
from understudy_process.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "process.md").read_text()
FILES = re.findall(r"^```(?:js|json)\n// (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CONSOLES = re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_no_example_is_overlooked():
    assert len(re.findall(r"^```\w+$", PAGE, re.MULTILINE)) == len(FILES) + len(CONSOLES)
    assert PAGE.count("\n$ ") == 2 * len(CONSOLES)


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: console.split()[3])
def test_commands_print_what_is_shown(console, root, monkeypatch, capsys):
    for path, content in FILES:
        file = root / "assistants" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    monkeypatch.setenv("UNDERSTUDY_ROOT", str(root))
    trust, run = re.findall(r"^\$ understudy (.*)$", console, re.MULTILINE)
    output = console.rpartition(f"{run}\n")[2]
    assert main(shlex.split(trust)) == 0
    capsys.readouterr()
    assert main(shlex.split(run)) == 0, capsys.readouterr().err
    printed = capsys.readouterr().out
    assert [line.rstrip() for line in printed.splitlines()] == output.splitlines()


def test_every_setting_is_documented():
    for name in Settings.model_fields:
        assert f"| `{name}` |" in PAGE
