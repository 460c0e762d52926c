"""`understudy validate`: what is wrong with assistants, where, and how to mend it."""

from __future__ import annotations

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, print_note, print_problem, styled
from understudy.errors import NotFound
from understudy.folder.problems import Problem
from understudy.host import Host

_EPILOG = """\b
Examples:
  understudy validate poet
  understudy validate           all of your own
  understudy validate --json

\b
Exit codes: 0 fit to run (there may be warnings), 1 there are errors.
"""
Found = dict[str, list[Problem]]


@click.command(epilog=_EPILOG)
@click.argument("assistants", nargs=-1)
@json_option
@pass_options
def command(options: Options, assistants: tuple[str, ...], as_json: bool) -> int:
    """Check ASSISTANTS, or all of your own: read, load and validate them as a run would."""
    found = with_host(options, lambda host: validated(host, assistants))
    if as_json:
        print_json({name: [problem.as_json() for problem in rows] for name, rows in found.items()})
    elif not found:
        print_note("There are no assistants of your own yet; `understudy new NAME` makes one.")
    else:
        for name, problems in found.items():
            _print(name, problems)
    return int(bool(with_errors(found)))


async def validated(host: Host, names: tuple[str, ...] = ()) -> Found:
    """The problems of assistants by name: of the named ones, or of all of the data root."""
    return {name: await _problems(host, name) for name in names or await _own(host)}


def with_errors(found: Found) -> list[str]:
    """The names of those that cannot run."""
    return [name for name, rows in found.items() if any(row.severity == "error" for row in rows)]


async def _problems(host: Host, name: str) -> list[Problem]:
    try:
        return await host.validate(name)
    except NotFound as error:
        return [Problem("not-found", str(error), hint=error.hint)]


async def _own(host: Host) -> tuple[str, ...]:
    names: list[str] = []
    has_more = True
    while has_more:
        after = names[-1] if names else None
        page = await host.assistants.page(limit=100, order="asc", after=after)
        names += [folder.id for folder in page.items]
        has_more = page.has_more
    return tuple(names)


def _print(name: str, problems: list[Problem]) -> None:
    if not problems:
        click.echo(f"{name}: {styled('fit to run', fg='green')}")
        return
    click.echo(f"{name}:")
    for problem in problems:
        print_problem(problem)
