"""What commands print: errors, tables, JSON. Plain text wherever it is not read on a terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from understudy.folder.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def print_error(message: str, hint: str | None = None) -> None:
    """Say on stderr what went wrong, and what to do next."""
    click.echo(f"{styled('Error:', fg='red', bold=True)} {_sentence(visible(message))}", err=True)
    if hint:
        click.echo(_sentence(visible(hint)), err=True)


def print_note(message: str) -> None:
    """Say something on stderr that is not the result: progress, warnings."""
    click.echo(styled(visible(message), dim=True), err=True)


def print_problem(problem: Problem) -> None:
    """Print what is wrong with an assistant on stdout: where, what, and what to do."""
    colour = "red" if problem.severity == "error" else "yellow"
    click.echo(f"  {styled(problem.severity, fg=colour)} {visible(str(problem))}")
    if problem.hint:
        click.echo(f"    {visible(problem.hint)}")


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print columns on stdout, each as wide as its widest cell. Without rows, nothing."""
    lines = [list(map(_one_line, row)) for row in rows]
    if not lines:
        return
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    click.echo(styled(_aligned(head, widths), bold=True))
    for line in lines:
        click.echo(_aligned(line, widths))


def print_json(value: Any) -> None:
    """Print a JSON value on stdout, for programs. It is ASCII, which every pipe can carry."""
    import json

    click.echo(json.dumps(value, indent=2))


def json_option(command: F) -> F:
    """The option `--json`; the command gets `as_json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    return option(command)


def styled(text: str, **style: Any) -> str:
    """The text in colour, unless NO_COLOR is set; click takes colour out again when piped."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **style)


def visible(text: str) -> str:
    """The text without what steers a terminal, such as escape sequences: it may be anybody's."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def _one_line(cell: str) -> str:
    return visible(" ".join(cell.split()))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", "\n")) else f"{text}."


def found_text(call: dict[str, Any]) -> str:
    """A call of a tool that searched, as a run step has it: in which files it found something."""
    results = call[call["type"]].get("results", ())
    names = ", ".join(dict.fromkeys(result["file_name"] for result in results))
    return f"{call['type']} = {names or 'nothing'}"
