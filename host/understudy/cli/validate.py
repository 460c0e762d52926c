"""`understudy validate`: what is wrong with assistants, where, and how to mend it."""

from __future__ import annotations

from typing import Any

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, styled
from understudy.folder.problems import Problem
from understudy.host import Host

_EPILOG = """\b
Examples:
  understudy validate poet
  understudy validate           (all of your own)

\b
Exit codes: 0 fit to run (there may be warnings), 1 there are errors.
"""


@click.command(epilog=_EPILOG)
@click.argument("assistants", nargs=-1)
@json_option
@pass_options
def command(options: Options, assistants: tuple[str, ...], as_json: bool) -> int:
    """Check ASSISTANTS, or all of your own: read, load and validate them as a run would."""
    found = with_host(options, lambda host: _validate(host, assistants))
    if as_json:
        print_json({name: [problem.as_json() for problem in rows] for name, rows in found.items()})
    else:
        for name, problems in found.items():
            _print(name, problems)
    return int(any(problem.severity == "error" for rows in found.values() for problem in rows))


async def _validate(host: Host, names: tuple[str, ...]) -> dict[str, list[Problem]]:
    names = names or tuple([folder.id async for folder in _own(host)])
    return {name: await host.validate(name) for name in names}


async def _own(host: Host) -> Any:
    after = None
    while True:
        page = await host.assistants.page(limit=100, order="asc", after=after)
        for folder in page.items:
            yield folder
        if not page.has_more:
            return
        after = page.items[-1].id


def _print(name: str, problems: list[Problem]) -> None:
    if not problems:
        click.echo(f"{name}: {styled('fit to run', fg='green')}")
        return
    click.echo(f"{name}:")
    for problem in problems:
        colour = "red" if problem.severity == "error" else "yellow"
        click.echo(f"  {styled(problem.severity, fg=colour)} {problem}")
        if problem.hint:
            click.echo(f"    {problem.hint}")
