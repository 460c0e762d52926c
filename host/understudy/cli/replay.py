"""`understudy runs replay`: a run again, offline to its end, or live from one of its events."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import click

from understudy.cli.answering import Answering
from understudy.cli.consent import settle
from understudy.cli.effects import effects_in
from understudy.cli.following import Outcome, follow, report
from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, print_note, visible
from understudy.cli.waiting import Waiting
from understudy.host import Host
from understudy.objects import Run
from understudy.runs.replay import Replay
from understudy.store import Record

JSON = dict[str, Any]


@click.command("replay")
@click.argument("run")
@click.option(
    "--from",
    "number",
    type=click.IntRange(min=0),
    metavar="N",
    help="With --live: the event to go on from, by its number; 0 is the beginning.",
)
@click.option("--live", is_flag=True, help="Go on from there with real calls, as a new run.")
@json_option
@pass_options
def replay(options: Options, run: str, number: int | None, live: bool, as_json: bool) -> int:
    """Run the code of RUN again, offline, and compare; or go on live from one of its events.

    What it asked models, tools and the network for is answered from its journal; its code runs, and
    so do the functions that it exports. The exit code is 1 if another thing comes of it.

    With --from N --live, only what had ended at event N is answered from the journal, and all else
    happens: models are asked and tools called. It is a new run on a copy of the thread; RUN stays
    as it is. `understudy runs events RUN` shows the numbers.
    """
    if live != (number is not None):
        raise click.UsageError("--from N and --live need each other: from where, and how to go on.")
    if number is not None:
        return _go_on(options, run, number, as_json)

    async def work(host: Host) -> Replay:
        return await host.replays.play(await host.recording(run))

    played = with_host(options, work)
    if as_json:
        print_json(_as_json(played))
    elif played.is_same:
        click.echo(f"The same: {played.outcome.status}, in {played.seconds:.3f} s.")
    for difference in () if as_json else played.differences:
        click.echo(visible(difference))
    return 0 if played.is_same else 1


def _as_json(played: Replay) -> JSON:
    return {
        "same": played.is_same,
        "status": played.outcome.status,
        "texts": list(played.outcome.texts),
        "differences": list(played.differences),
        "seconds": round(played.seconds, 4),
    }


def _go_on(options: Options, run: str, number: int, as_json: bool) -> int:
    settle(options, with_host(options, lambda host: _assistant(host, run)))
    outcome, lines = with_host(options, lambda host: _branch(host, run, number, as_json))
    replayed, live = _parted(lines)
    if as_json:
        print_json(outcome.wire() | {"replayed": replayed, "live": live})
    for how, effects in () if as_json else (("replayed", replayed), ("live", live)):
        for effect in effects:
            row = f"{how:<8}  {effect['id']:<8}  {effect['kind']:<16}  {effect['ended']}"
            print_note(visible(row))
    report(outcome)
    return outcome.exit_code


async def _assistant(host: Host, run_id: str) -> str:
    return (await host.recording(run_id)).run.assistant_id


async def _branch(
    host: Host, run_id: str, number: int, as_json: bool
) -> tuple[Outcome, list[Record]]:
    execution = await host.branch(run_id, number)
    new: Run = execution.run
    print_note(f"{run_id} to event {number}, then live: {new.id} on {new.thread_id}")
    waiting = Waiting()
    answering = Answering(waiting)
    try:
        async with waiting.watching():
            show = (lambda _event: None) if as_json else answering.show
            outcome = await follow(host, execution, show)
    finally:
        answering.end_line()
    path = (*await host.threads.locate(new.thread_id), "runs", new.id)
    return outcome, [entry.record for entry in await host.store.read((*path, "journal"))]


def _parted(lines: list[Record]) -> tuple[list[JSON], list[JSON]]:
    """The effects that were answered from the journal, and those that happened now."""
    before = list(takewhile(lambda line: "taken_up" not in line, lines))
    return effects_in(before), effects_in(lines[len(before) :])
