"""`understudy index list`: the vector stores, or the files of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from understudy import Host
from understudy_rag.commands.stores import all_stores, find, json_option, with_host

_EPILOG = """\b
Examples:
  understudy index list
  understudy index list notes
  understudy index list notes --json | jq -r '.[] | select(.status == "failed") | .reason'
"""
Row = dict[str, Any]


@click.command("list", epilog=_EPILOG)
@click.argument("store", required=False)
@json_option
def command(store: str | None, as_json: bool) -> None:
    """List the vector stores, or the files of STORE: whether each can be searched, or why not."""
    rows = with_host(lambda host: _members(host, store) if store else _stores(host))
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        _print_table(rows)
    else:
        hint = "`understudy index add NAME PATH` adds to one."
        click.echo(f"{store} is empty. {hint}" if store else f"There are none. {hint}", err=True)


async def _stores(host: Host) -> list[Row]:
    return [
        {
            "id": store.id,
            "name": store.name,
            "status": store.status,
            "files": store.file_counts.total,
            "failed": store.file_counts.failed,
            "bytes": store.usage_bytes,
        }
        async for store in all_stores(host)
    ]


async def _members(host: Host, named: str) -> list[Row]:
    store = await find(host, named)
    return [
        {
            "id": member.id,
            "file": member.filename,
            "status": member.status,
            "bytes": member.usage_bytes,
            "reason": member.last_error["message"] if member.last_error else None,
        }
        for member in await host.vector_stores.members(store.id)
    ]


def _print_table(rows: Sequence[Row]) -> None:
    lines = [[key.upper() for key in rows[0]], *(list(map(_cell, row.values())) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _cell(value: Any) -> str:
    """A name may be anybody's: it must not steer the terminal."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)
