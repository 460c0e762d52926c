"""`understudy key`: the API keys of the server."""

from __future__ import annotations

import json
from pathlib import Path

import click

from understudy import default_root
from understudy_server.key_file import DEFAULT, KeyFile

_EPILOG = """\b
Examples:
  export OPENAI_API_KEY=$(understudy key)
  understudy key --new laptop
  understudy key --revoke laptop
  understudy key --list
"""


@click.command(epilog=_EPILOG)
@click.option("--new", "new", metavar="NAME", help="Make a key of that name.")
@click.option("--revoke", metavar="NAME", help="Forget a key; a running server refuses it, too.")
@click.option("--list", "listed", is_flag=True, help="List the names of the keys.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def command(
    context: click.Context, new: str | None, revoke: str | None, listed: bool, as_json: bool
) -> None:
    """Show the API key of the server; it is made if there is none yet.

    The server lets in whoever has one of these keys, or the one in UNDERSTUDY_API_KEY.
    """
    keys = KeyFile(chosen_root(context))
    if new:
        shown = {new: keys.add(new)}
    elif revoke:
        keys.revoke(revoke)
        shown = {}
    else:
        shown = keys.ensure()
    _print(shown, listed=listed, as_json=as_json, first=new or DEFAULT)


def chosen_root(context: click.Context) -> Path:
    """The data root that `understudy --root` names, or the default one."""
    named = context.parent.params.get("root") if context.parent else None
    return Path(named).expanduser() if named else default_root()


def _print(keys: dict[str, str], *, listed: bool, as_json: bool, first: str) -> None:
    if as_json:
        click.echo(json.dumps(sorted(keys) if listed else keys))
    elif listed:
        click.echo("\n".join(sorted(keys)))
    elif keys:
        click.echo(keys.get(first) or next(iter(keys.values())))
