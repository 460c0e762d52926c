"""The examples in docs/assistants.md do what it says they do."""

import re
import shlex
from pathlib import Path

import pytest

from understudy import SyncHost
from understudy.cli import main
from understudy_rag.tools.settings import Settings

DOCUMENT = (Path(__file__).parents[2] / "docs" / "assistants.md").read_text()
FILES = re.findall(r"^```(?:js|json)\n// (\S+)\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
CONSOLES = re.findall(r"^```console\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", "".join(CONSOLES), re.MULTILINE)
ASSISTANTS = sorted({path.split("/")[0] for path, _ in FILES})


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A data root with the assistants of the examples, and the file that they are asked about."""
    for path, content in FILES:
        file = tmp_path / "assistants" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    (tmp_path / "hours.md").write_text("We are open from nine to five.\n")
    monkeypatch.setenv("UNDERSTUDY_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_no_example_is_overlooked():
    blocks = re.findall(r"^```\w+$", DOCUMENT, re.MULTILINE)
    assert len(blocks) == len(FILES) + len(CONSOLES)
    assert len(COMMANDS) == DOCUMENT.count("\n$ ")


@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_prints_what_is_shown(root, model, capsys, command, output):
    program, *arguments = shlex.split(command)
    assert program == "understudy"
    assert main(arguments) == 0, capsys.readouterr().err
    if output:
        printed = capsys.readouterr().out
        assert [line.rstrip() for line in printed.splitlines()] == output.splitlines()
        assert model.requests == []
    else:
        assert model.requests, "an example without an output is one that asks the model"


def test_the_examples_have_no_mistakes(root):
    with SyncHost(root) as host:
        found = {name: [str(it.message) for it in host.validate(name)] for name in ASSISTANTS}
    assert found == {name: [] for name in ASSISTANTS} | {"office": ["there is no city"]}


def test_every_setting_of_rag_is_documented():
    for name in Settings.model_fields:
        assert f"| `{name}` |" in DOCUMENT
