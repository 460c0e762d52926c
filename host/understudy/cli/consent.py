"""Asking on the terminal whether an assistant may do what it asks for, before it first runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from understudy.cli.group import Options
from understudy.cli.opening import with_host
from understudy.cli.output import print_note, visible
from understudy.host import Host
from understudy.permissions.standing import Standing, in_words

_SHOWN_CHANGES = 10


def is_interactive() -> bool:
    """Whether somebody can be asked something."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def settle(options: Options, assistant: str) -> None:
    """Ask about an assistant that asks for something nobody has decided about.

    If nobody can be asked, it goes on without. Raises `NotFound`.
    """
    if not is_interactive():
        return
    standing = with_host(options, lambda host: look(host, assistant))
    if not standing.is_open:
        return
    show(standing)
    allowed = confirmed("Allow this?")
    with_host(options, lambda host: _decide(host, assistant, allowed=allowed))
    if not allowed:
        print_note(f"It runs without. `{standing.command}` allows it later.")


async def look(host: Host, assistant: str) -> Standing:
    """How an assistant stands. Raises `NotFound`."""
    return await host.permissions.standing(await host.assistants.folder(assistant))


async def _decide(host: Host, assistant: str, *, allowed: bool) -> None:
    folder = await host.assistants.folder(assistant)
    if allowed:
        await host.permissions.allow(folder, trusted=False)
    else:
        await host.permissions.deny(folder)


def show(standing: Standing) -> None:
    """Say what it asks for, and what has changed, on stderr."""
    click.echo("\n".join(visible(line) for line in _lines(standing)), err=True)


def confirmed(question: str) -> bool:
    """Ask; without an answer it is no."""
    return click.confirm(question, default=False, err=True)


def _lines(standing: Standing) -> Iterator[str]:
    name = standing.assistant_id
    if standing.changes:
        yield f"`{name}` has changed since you decided about it:"
        yield from (f"  {_one_line(change)}" for change in standing.changes[:_SHOWN_CHANGES])
        if (more := len(standing.changes) - _SHOWN_CHANGES) > 0:
            yield f"  and {more} more"
    else:
        yield f"`{name}` was not made here: somebody else's code may be in it."
    if standing.asked.is_empty:
        yield "It asks for nothing."
        return
    yield "It asks to"
    before = set(in_words(standing.before))
    for wish in in_words(standing.asked):
        is_new = standing.changes and wish not in before
        yield f"  - {_one_line(wish)}{' (new)' if is_new else ''}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
