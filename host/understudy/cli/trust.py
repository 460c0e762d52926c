"""`understudy trust`: allow an assistant what it asks for, and let its code run in the host."""

from __future__ import annotations

import click

from understudy.cli.consent import confirmed, is_interactive, look, show
from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import print_error, print_note
from understudy.host import Host

_EPILOG = """\b
Examples:
  understudy trust weather            shows what it asks for, and asks you
  understudy trust weather --yes      for scripts
  understudy trust weather --jailed   allow it, but keep its code in a process of its own

\b
The decision holds for the files as they are now: when they change, you are asked again. The
command `permissions` shows all decisions, and takes them back. Built-in assistants, and those that
`new` has made, are trusted already.
Exit codes: 0 trusted, 1 not, 2 misused.
"""
_QUESTION = "Trust it: allow all this, and run its code inside Understudy's own process?"
_JAILED_QUESTION = "Allow this?"


@click.command(epilog=_EPILOG)
@click.argument("assistant")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--jailed", is_flag=True, help="Its code stays in a process of its own.")
@pass_options
def command(options: Options, assistant: str, yes: bool, jailed: bool) -> int:
    """Allow ASSISTANT what its package.json and settings ask for."""
    standing = with_host(options, lambda host: look(host, assistant))
    if standing.is_ours:
        made = "built in" if standing.state == "builtin" else "made here"
        print_note(f"`{assistant}` is {made}: it is trusted already.")
        return 0
    show(standing)
    if not yes:
        if not is_interactive():
            print_error("Nobody can be asked here.", "Add --yes to allow it without a question.")
            return 1
        if not confirmed(_JAILED_QUESTION if jailed else _QUESTION):
            print_note("Nothing has changed.")
            return 1
    with_host(options, lambda host: _allow(host, assistant, trusted=not jailed))
    print_note(f"`{assistant}` is {'allowed this' if jailed else 'trusted'} until it changes.")
    return 0


async def _allow(host: Host, assistant: str, *, trusted: bool) -> None:
    folder = await host.assistants.folder(assistant)
    await host.permissions.allow(folder, trusted=trusted)
