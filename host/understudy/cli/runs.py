"""`understudy runs`: what assistants did, and the same again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from understudy.cli.effects import effects_in
from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import (
    json_option,
    print_error,
    print_json,
    print_note,
    print_table,
    styled,
    visible,
)
from understudy.cli.replay import replay
from understudy.errors import UnderstudyError
from understudy.events import Event
from understudy.host import Host
from understudy.objects import Run
from understudy.runs.finding import RunFinder
from understudy.runs.journal import recorded
from understudy.streams import closing

_EPILOG = """\b
Examples:
  understudy runs list --assistant math-tutor --status failed
  understudy runs show run_…
  understudy runs events run_… --follow
  understudy runs replay run_…
  understudy runs replay run_… --from 12 --live
"""
JSON = dict[str, Any]


@click.group("runs", epilog=_EPILOG)
def command() -> None:
    """List, show and replay runs. A run's id is enough, whatever thread it is on."""


@command.command("list")
@click.option("--thread", metavar="ID", help="Only those on this thread.")
@click.option("--assistant", metavar="NAME", help="Only those of this assistant.")
@click.option("--status", help="Only those with this status, such as failed.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many."
)
@json_option
@pass_options
def list_(
    options: Options,
    thread: str | None,
    assistant: str | None,
    status: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the newest runs of all threads."""
    wanted = {"thread_id": thread, "assistant_id": assistant, "status": status}
    runs = with_host(options, lambda host: _newest(host, wanted, limit))
    if as_json:
        print_json([run.wire() for run in runs])
        return
    head = ["ID", "ASSISTANT", "STATUS", "BEGAN", "THREAD"]
    print_table(head, [[r.id, r.assistant_id, r.status, _at(r), r.thread_id] for r in runs])
    if not runs:
        print_note("There are no such runs.")


async def _newest(host: Host, wanted: dict[str, str | None], limit: int) -> list[Run]:
    if thread := wanted["thread_id"]:
        await host.threads.get(thread)
    found: list[Run] = []
    for path in await RunFinder(host.store, host.threads).newest():
        if wanted["thread_id"] not in (None, path[-3]):
            continue
        run = await _readable(host, path)
        if run and all(value in (None, getattr(run, name)) for name, value in wanted.items()):
            found.append(run)
        if len(found) == limit:
            break
    return found


async def _readable(host: Host, path: tuple[str, ...]) -> Run | None:
    try:
        document = await host.store.get(path)
        return Run.read(document.value) if document else None
    except UnderstudyError as error:
        print_note(f"{path[-1]} cannot be read: {error}")
        return None


def _at(run: Run) -> str:
    return f"{datetime.fromtimestamp(run.created_at, UTC).astimezone():%Y-%m-%d %H:%M}"


@command.command("show")
@click.argument("run")
@json_option
@pass_options
def show(options: Options, run: str, as_json: bool) -> None:
    """Show RUN: how it ended, how long it took, what it used, what it called."""
    shown = with_host(options, lambda host: _shown(host, run))
    if as_json:
        print_json(shown)
        return
    used = (shown["usage"] or {}).get("total_tokens")
    rows = {
        "id": shown["id"],
        "assistant": shown["assistant_id"],
        "thread": shown["thread_id"],
        "status": shown["status"],
        "seconds": shown["seconds"],
        "tokens": used or None,
    }
    for label, value in rows.items():
        if value is not None:
            click.echo(f"{styled(label.ljust(9), bold=True)}  {visible(str(value))}")
    for call in shown["effects"]:
        click.echo(f"  {call['id']:<8} {call['kind']:<16} {visible(call['ended'])}")
    if shown["last_error"]:
        print_error(shown["last_error"]["message"])


async def _shown(host: Host, run_id: str) -> JSON:
    path = await RunFinder(host.store, host.threads).find(run_id)
    run = await host.runs.get(path[-3], run_id)
    lines = [entry.record for entry in await host.store.read((*path, "journal"))]
    told = [line for line in lines if "event" in line]
    steps = await host.runs.steps(path[-3], run_id)
    return run.wire() | {
        "seconds": round(told[-1]["t"] - told[0]["t"], 3) if told else None,
        "effects": effects_in(lines),
        "steps": [step.wire() for step in steps],
    }


@command.command("events")
@click.argument("run")
@click.option("--after", type=int, default=0, metavar="N", help="Only those behind number N.")
@click.option("--follow", is_flag=True, help="Go on until the run is over.")
@json_option
@pass_options
def events(options: Options, run: str, after: int, follow: bool, as_json: bool) -> None:
    """Print the events of RUN, one a line."""

    async def work(host: Host) -> None:
        path = await RunFinder(host.store, host.threads).find(run)
        if not follow:
            for event in await recorded(host.store, path):
                if event.n > after:
                    _print_event(event, as_json)
            return
        async with closing(host.runs.events(path[-3], run, after=after)) as coming:
            async for event in coming:
                _print_event(event, as_json)

    with_host(options, work)


def _print_event(event: Event, as_json: bool) -> None:
    data = json.dumps({"n": event.n, "event": event.name, "data": event.data})
    about = event.data.get("status") or event.data.get("id", "")
    click.echo(data if as_json else f"{event.n:>6}  {event.name}  {about}")


command.add_command(replay)
