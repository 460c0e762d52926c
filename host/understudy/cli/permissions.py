"""`understudy permissions`: what assistants ask for, and what they have been allowed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, print_note, print_table, visible
from understudy.errors import NotFound
from understudy.host import Host
from understudy.permissions.grant import Grant
from understudy.permissions.standing import Standing, in_words

_EPILOG = """\b
Examples:
  understudy permissions
  understudy permissions weather
  understudy permissions --json
  understudy permissions weather --revoke

\b
States: builtin and own (made here) are trusted. trusted, allowed and denied are your decisions.
changed: its files are not those that you decided about. new: nothing has been decided.
gone: there is no such assistant any more.
Exit codes: 0 shown or revoked, 1 there is no such assistant or decision, 2 misused.
"""
_WORDS = {
    "builtin": "built in, and trusted",
    "own": "made here, and trusted",
    "trusted": "trusted: its code runs in Understudy's own process",
    "allowed": "allowed: its code runs in a process of its own",
    "denied": "denied: its code runs in a process of its own, and may do nothing",
    "changed": "changed since that was decided: it may do nothing until you decide anew",
    "new": "not decided: its code runs in a process of its own, and may do nothing",
}


@click.command(epilog=_EPILOG)
@click.argument("assistant", required=False)
@click.option("--revoke", is_flag=True, help="Take back what was decided about ASSISTANT.")
@json_option
@pass_options
def command(options: Options, assistant: str | None, revoke: bool, as_json: bool) -> None:
    """Show what ASSISTANT, or each of them, asks for and has been allowed."""
    if revoke:
        if assistant is None:
            raise click.UsageError("--revoke needs an ASSISTANT.")
        with_host(options, lambda host: host.permissions.revoke(assistant))
        print_note(f"What was decided about `{assistant}` is forgotten.")
        return
    found = with_host(options, lambda host: _standings(host, assistant))
    if as_json:
        rows = [as_json_value(standing) for standing in found]
        print_json(rows if assistant is None else rows[0])
    elif assistant is not None:
        _print(found[0])
    else:
        _print_all(found)


def as_json_value(standing: Standing) -> dict[str, Any]:
    """A standing for programs. Keys are only ever added."""
    return {
        "assistant": standing.assistant_id,
        "state": standing.state,
        "asked": _as_json(standing.asked),
        "allowed": _as_json(standing.grant),
        "changes": list(standing.changes),
    }


def _as_json(grant: Grant) -> dict[str, Any]:
    return asdict(grant)


async def _standings(host: Host, assistant: str | None) -> list[Standing]:
    if assistant is not None:
        return [await _standing(host, assistant)]
    names: set[str] = set()
    after: str | None = None
    while True:
        page = await host.assistants.page(limit=100, order="asc", after=after)
        names |= {folder.id for folder in page.items}
        if not page.has_more:
            break
        after = page.items[-1].id
    names |= set(host.permissions.decided())
    return [await _standing(host, name) for name in sorted(names)]


async def _standing(host: Host, name: str) -> Standing:
    try:
        folder = await host.assistants.folder(name)
    except NotFound:
        if name not in host.permissions.decided():
            raise
        return Standing(name, "gone")
    return await host.permissions.standing(folder)


def _print_all(found: list[Standing]) -> None:
    if not found:
        print_note("There are no assistants of your own yet. Built-in ones are trusted.")
        return
    rows = [
        (standing.assistant_id, standing.state, "; ".join(_summary(standing))) for standing in found
    ]
    print_table(("ASSISTANT", "STATE", "MAY"), rows)


def _summary(standing: Standing) -> list[str]:
    allowed = list(in_words(standing.grant))
    if allowed or not standing.is_open:
        return allowed
    return [f"nothing; asks to {wish}" for wish in list(in_words(standing.asked))[:1]]


def _print(standing: Standing) -> None:
    state = _WORDS.get(standing.state, "there is no such assistant any more")
    click.echo(f"{standing.assistant_id}: {state}.")
    allowed = set(in_words(standing.grant))
    for change in standing.changes:
        click.echo(visible(f"  {change}"))
    for wish in in_words(standing.asked):
        click.echo(visible(f"  asks to {wish}: {'allowed' if wish in allowed else 'not allowed'}"))
    if standing.is_open:
        print_note(f"`{standing.command}` allows it.")
