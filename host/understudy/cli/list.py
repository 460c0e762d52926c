"""`understudy list`: what there is in the data root."""

from __future__ import annotations

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
  understudy list --threads
  understudy list --json
"""


@click.command(epilog=_EPILOG)
@click.option("--threads", is_flag=True, help="List the threads instead, the newest first.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@json_option
@pass_options
def command(options: Options, threads: bool, limit: int, as_json: bool) -> None:
    """List the assistants: your own, and the built-in ones."""
    show = _threads if threads else _assistants
    rows = with_host(options, lambda host: show(host, limit))
    if as_json:
        print_json(rows)
        return
    if not rows:
        print_note("There are none yet.")
    else:
        print_table(
            [key.upper() for key in rows[0]], [list(map(str, row.values())) for row in rows]
        )


async def _assistants(host: Host, limit: int) -> list[dict[str, Any]]:
    page = await host.assistants.page(limit=limit)
    own = [_row(folder, "own") for folder in page.items]
    return own + [_row(folder, "built in") for folder in host.assistants.builtin()]


def _row(folder: AssistantFolder, origin: str) -> dict[str, Any]:
    assistant = folder.assistant
    errors = sum(problem.severity == "error" for problem in folder.problems)
    return {
        "id": folder.id,
        "name": (assistant.name if assistant else None) or "",
        "origin": origin,
        "errors": errors or "",
        "description": (assistant.description if assistant else None) or "",
    }


async def _threads(host: Host, limit: int) -> list[dict[str, Any]]:
    page = await host.threads.page(limit=limit)
    return [await _thread_row(host, thread) for thread in page.items]


async def _thread_row(host: Host, thread: Thread) -> dict[str, Any]:
    from datetime import UTC, datetime

    first = await (await host.messages(thread.id)).page(limit=1, order="asc")
    text = first.items[0].text if first.items else ""
    made = datetime.fromtimestamp(thread.created_at, UTC).astimezone()
    return {"id": thread.id, "made": f"{made:%Y-%m-%d %H:%M}", "begins": text[:60]}
