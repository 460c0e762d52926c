"""`understudy index search`: the passages that match best."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from understudy import Host
from understudy.objects import SearchResult
from understudy_rag.commands.stores import find, json_option, with_host
from understudy_rag.commands.waiting import settle

_SHOWN: Final = 400
_EPILOG = """\b
Examples:
  understudy index search notes "boiler service"
  understudy index search notes notice period --limit 3 --json
"""


@click.command("search", epilog=_EPILOG)
@click.argument("store")
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--limit",
    default=5,
    show_default=True,
    type=click.IntRange(1, 50),
    metavar="N",
    help="How many passages to print.",
)
@json_option
def command(store: str, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Print the passages of STORE that match QUERY best, with their places and scores.

    The best has the score 1. The words of QUERY are joined.
    """
    asked = " ".join(query)
    if not asked.strip():
        raise click.UsageError("QUERY is empty.")
    results = with_host(lambda host: _search(host, store, asked, limit))
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in results], indent=2))
    elif not results:
        click.echo(f"Nothing in {store} matches.", err=True)
    else:
        click.echo("\n\n".join(map(_as_text, results)))


async def _search(host: Host, named: str, query: str, limit: int) -> list[SearchResult]:
    store = await find(host, named)
    await settle(host, store.id)
    return await host.vector_stores.search([store.id], query, limit=limit)


def _as_json(result: SearchResult) -> dict[str, Any]:
    return {
        "file": result.filename,
        "file_id": result.file_id,
        "page": result.page,
        "line": result.line,
        "heading": result.heading,
        "start": result.start,
        "end": result.end,
        "score": result.score,
        "text": result.text,
    }


def _as_text(result: SearchResult) -> str:
    place = f"page {result.page}" if result.page else f"line {result.line}"
    heading = f"  {result.heading}" if result.heading else ""
    text = " ".join(result.text.split())
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    shown = f"{result.filename}, {place}  {result.score:.2f}{heading}\n  {text}"
    return "".join(each if each.isprintable() or each == "\n" else " " for each in shown)
