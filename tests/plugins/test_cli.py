"""The command line's frame: help, plugin commands, errors and exit codes."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

HEAVY = (
    "pydantic",
    "asyncio",
    "pluggy",
    "json",
    "logging",
    "importlib.metadata",
    "importlib_metadata",
    "py_mini_racer",
    "understudy.objects",
)


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_start_imports_nothing_heavy_and_no_plugin(environment, argument: str) -> None:
    code = f"""
import sys
from understudy.cli import main
code = main([{argument!r}])
print("heavy:", [name for name in {HEAVY!r} if name in sys.modules])
sys.exit(code)
"""
    done = environment.run("-c", code)
    assert (done.code, done.imported, done.err) == (0, [], "")
    assert done.out.endswith("heavy: []\n")


def test_the_version_is_told(environment) -> None:
    done = environment.understudy("--version")
    assert (done.code, done.out) == (0, "understudy 0.1.0\n")


def test_help_teaches_with_examples_and_lists_commands_of_plugins(environment) -> None:
    done = environment.understudy("--help")
    builtin, _, others = done.out.partition("Commands of plugins:\n")
    assert 'understudy run math-tutor "' in done.out
    for name in ("run", "chat", "list", "show", "new", "validate", "plugins", "doctor"):
        assert f"\n  {name}  " in builtin
    listed = [line.split() for line in others.splitlines() if " from " in line]
    assert ["weather", "from", "acme-weather"] in listed
    assert ["sleepy", "from", "acme-sleepy"] in listed
    assert not any(line[0] in ("run", "twin") for line in listed)


def test_without_a_command_the_help_is_shown(environment) -> None:
    done = environment.understudy()
    assert done.code == 2
    assert "Commands:" in done.out + done.err


def test_a_command_of_a_plugin_is_imported_when_it_is_typed(environment) -> None:
    done = environment.understudy("weather", "Oslo")
    assert (done.code, done.out) == (0, "Sunny in Oslo\n")
    assert done.imported == ["acme_weather_command"]
    assert "Say how the weather is" in environment.understudy("weather", "--help").out


def test_a_command_that_is_off_is_neither_listed_nor_imported(environment) -> None:
    assert "weather" not in environment.understudy("--help", plugins="").out
    done = environment.understudy("weather", "Oslo", plugins="-acme-weather")
    assert (done.code, done.imported) == (1, [])
    assert "command `weather` is off" in done.err


def test_a_built_in_command_cannot_be_taken_but_the_other_can_be_run(environment) -> None:
    done = environment.understudy("acme-weather:run", "Oslo")
    assert (done.code, done.out) == (0, "Sunny in Oslo\n")
    assert "acme_weather_command" not in environment.understudy("run", "--help").imported


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("broken", "plugin `broken` (acme-broken 1.0) could not be imported: ModuleNotFoundError"),
        ("twin", "claimed by `acme-twin-one` and `acme-twin-two`"),
        ("humidity", "the command `humidity` of a plugin is a `type`"),
    ],
)
def test_a_command_that_cannot_be_run_says_why(environment, command: str, said: str) -> None:
    done = environment.understudy(command)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: ")
    assert said in done.err
    assert "Traceback" not in done.err


def test_an_unknown_command_is_answered_with_a_suggestion(environment) -> None:
    done = environment.understudy("wether")
    assert done.code == 2
    assert "There is no command `wether`. Did you mean `weather`?" in done.err
    assert "Did you mean `plugins`?" in environment.understudy("plugin").err
    assert done.imported == []


def test_an_unknown_option_is_a_usage_error(environment) -> None:
    done = environment.understudy("--rot", "x", "list")
    assert done.code == 2
    assert "--root" in done.err


def test_a_known_error_is_told_with_its_hint(environment) -> None:
    done = environment.understudy("mishap", "known")
    assert done.code == 1
    assert done.err == "Error: the kettle is empty.\nFill it.\n"


def test_a_defect_of_a_plugin_is_told_as_its_own_and_shown_whole_on_demand(environment) -> None:
    done = environment.understudy("mishap", "bug")
    assert done.code == 1
    assert "`mishap` of a plugin failed: ZeroDivisionError: division by zero" in done.err
    assert "understudy -v" in done.err
    assert "Traceback" not in done.err
    for again in (
        environment.understudy("-v", "mishap", "bug"),
        environment.understudy("mishap", "bug", UNDERSTUDY_DEBUG="1"),
    ):
        assert again.code == 1
        assert "Traceback" in again.err
        assert "acme_mishaps.py" in again.err


def test_a_command_may_say_its_exit_code_and_usage_errors_are_two(environment) -> None:
    assert environment.understudy("mishap", "code").code == 7
    assert environment.understudy("mishap", "nothing").code == 2


def test_ctrl_c_ends_with_130_and_no_traceback(environment) -> None:
    with subprocess.Popen(
        [environment.python, "-m", "understudy", "mishap", "wait"],
        env=environment.variables(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=90)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_closed_pipe_is_no_matter_for_a_traceback(environment) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [environment.python, "-m", "understudy", "plugins", "list"],
        env=environment.variables(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 1


def test_colour_is_for_terminals_only(environment) -> None:
    assert "\x1b[" not in environment.understudy("mishap", "known").err
    code = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = [str(environment.python), "-m", "understudy", "mishap", "known"]
    assert "\x1b[31m" in environment.run("-c", code, *command).out
    plain = environment.run("-c", code, *command, NO_COLOR="1")
    assert (plain.code, "\x1b[" in plain.out) == (1, False)
    assert "the kettle is empty" in plain.out


def test_names_complete_without_importing_plugins(environment) -> None:
    done = environment.understudy(
        _UNDERSTUDY_COMPLETE="bash_complete", COMP_WORDS="understudy w", COMP_CWORD="1"
    )
    assert done.out == "plain,weather\n"
    assert done.imported == []
