"""`understudy list`: what there is in the data root."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, print_note, print_table
from understudy.folder import AssistantFolder
from understudy.host import Host
from understudy.objects import Thread

_EPILOG = """\b
Examples:
  understudy list
  understudy list --threads --limit 5
  understudy list --json
"""
_SHOWN_CHARACTERS = 60
Row = dict[str, Any]


@click.command(epilog=_EPILOG)
@click.option("--threads", is_flag=True, help="List the threads instead, the newest first.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="How many to list: the newest.",
)
@json_option
@pass_options
def command(options: Options, threads: bool, limit: int, as_json: bool) -> None:
    """List the assistants: your own, and the built-in ones."""
    show = _threads if threads else _assistants
    rows, has_more = with_host(options, lambda host: show(host, limit))
    if as_json:
        print_json(rows)
        return
    if rows:
        head = [key.upper() for key in rows[0]]
        print_table(head, [[str(value or "") for value in row.values()] for row in rows])
    if has_more:
        print_note("There are more: --limit N lists N of them.")
    elif threads and not rows:
        print_note('There are no threads yet: understudy run jan "Hello" begins one.')


async def _assistants(host: Host, limit: int) -> tuple[list[Row], bool]:
    page = await host.assistants.page(limit=limit)
    rows = [_row(folder, "own") for folder in page.items]
    return rows + [_row(folder, "built in") for folder in host.assistants.builtin()], page.has_more


def _row(folder: AssistantFolder, origin: str) -> Row:
    assistant = folder.assistant
    return {
        "id": folder.id,
        "name": assistant.name if assistant else None,
        "origin": origin,
        "errors": sum(problem.severity == "error" for problem in folder.problems),
        "description": assistant.description if assistant else None,
    }


async def _threads(host: Host, limit: int) -> tuple[list[Row], bool]:
    page = await host.threads.page(limit=limit)
    return [await _thread_row(host, thread) for thread in page.items], page.has_more


async def _thread_row(host: Host, thread: Thread) -> Row:
    first = await (await host.messages(thread.id)).page(limit=1, order="asc")
    text = " ".join(first.items[0].text.split()) if first.items else ""
    made = datetime.fromtimestamp(thread.created_at, UTC).astimezone()
    begins = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
    return {"id": thread.id, "made": f"{made:%Y-%m-%d %H:%M}", "begins": begins}
