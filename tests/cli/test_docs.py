"""docs/cli.md and `--help`: they name every command and option, and their examples work."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from understudy.cli import app
from understudy.cli.group import BUILTIN

from .conftest import COMMAND, Done

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


@dataclass(frozen=True)
class Example:
    command: str
    output: str


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(app)
    for name in BUILTIN:
        command = app.get_command(context, name)
        yield name, command
        if isinstance(command, click.Group):
            yield from ((name, sub) for sub in command.commands.values())


def options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield from parameter.opts


def examples() -> list[Example]:
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    parts = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", "".join(blocks), re.MULTILINE)
    return [Example(command, output) for command, output in parts]


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_the_page_names_every_option_of_every_command(name, command):
    missing = [option for option in options(command) if f"`{option}" not in SECTIONS[name]]
    assert not missing


def test_the_page_names_the_options_of_all_commands():
    missing = [option for option in options(app) if f"{option}" not in PAGE]
    assert not missing


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_help_teaches(name, command):
    text = command.get_help(click.Context(command, info_name=name))
    assert command.help.split("\n")[0].endswith((".", ":"))
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or parameter.help, parameter.name
    if name == command.name:
        assert "Examples:\n" in text


@pytest.mark.parametrize(("name", "command"), [(n, c) for n, c in commands() if c.epilog])
def test_the_examples_in_help_are_commands_as_they_are(name, command):
    lines = re.findall(r"understudy (.*?)(?:  .*| [|<&].*|\)|$)", command.epilog, re.MULTILINE)
    assert lines
    for line in lines:
        typed, *args = shlex.split(line)
        context = click.Context(app)
        assert typed in BUILTIN
        app.get_command(context, typed).make_parser(context).parse_args(args)


def as_pattern(output: str) -> str:
    lines = (re.escape(line.rstrip()) for line in output.splitlines())
    anything = re.escape("…")
    return r"\s*\n".join(line.replace(anything, "(?s:.*)") for line in lines)


@pytest.fixture
def shell(environment, tmp_path):
    """Run a line as a person would type it, with `understudy` and a `git` at hand."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in {
        "understudy": f'exec {shlex.join(COMMAND)} "$@"',
        "git": "echo '+ a line'",
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)

    def run(line: str) -> Done:
        env = environment()
        env["PATH"] = f"{programs}:{env['PATH']}"
        command = ["sh", "-c", line]
        done = subprocess.run(command, check=False, env=env, capture_output=True, text=True)
        return Done(done.returncode, done.stdout, done.stderr)

    return run


def test_the_examples_of_the_page_work_in_their_order(
    understudy, shell, model, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "questions.txt").write_text("2 + 2\n")
    (tmp_path / "contract.txt").write_text("The contract ends on 3 May 2031.")
    for example in examples():
        name, *words = shlex.split(example.command)
        is_plain = name == "understudy" and not {"|", "<"} & set(words)
        done = understudy(*words) if is_plain else shell(example.command)
        assert done.code == 0, (example, done)
        assert re.match(as_pattern(example.output), done.out + done.err), (example, done)
