"""`understudy run`: ask an assistant one question."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from understudy.cli.answering import Answering
from understudy.cli.attachments import file_option, stored
from understudy.cli.consent import settle
from understudy.cli.following import Outcome, follow, report
from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, print_note
from understudy.cli.waiting import Waiting
from understudy.events import Event
from understudy.host import Host
from understudy.store import Durability

_EPILOG = """\b
Examples:
  understudy run math-tutor "What is 12.5% of 480?"
  understudy run librarian "When does the contract end?" --file contract.txt
  git diff | understudy run jan "Review this:" -
  understudy run jan "And the second point?" --thread thread_…
  understudy run jan "Hello" --json | jq -r .text

\b
The answer goes to stdout, everything else to stderr.
Exit codes: 0 answered, 1 failed, 2 misused, 3 the assistant calls a function that only an app
can answer, 130 interrupted. Ctrl-C stops the run; what was written until then is kept.
"""
Form = Literal["text", "json", "events"]


@dataclass(frozen=True, slots=True)
class _Question:
    assistant: str
    text: str
    thread: str | None
    files: tuple[Path, ...]
    options: dict[str, str]


def _joined(_context: click.Context, _argument: click.Parameter, words: tuple[str, ...]) -> str:
    parts = [_stdin() if word == "-" else word for word in words]
    text = ("\n\n" if "-" in words else " ").join(parts)
    if not text.strip():
        raise click.BadParameter("It is empty.")
    return text


def _stdin() -> str:
    if sys.stdin.isatty():
        print_note("Reading from the terminal; Ctrl-D ends it.")
    return sys.stdin.read()


@click.command(epilog=_EPILOG)
@click.argument("assistant")
@click.argument("question", nargs=-1, required=True, callback=_joined)
@file_option
@click.option("--thread", metavar="ID", help="Go on with this thread.")
@click.option("--model", metavar="NAME", help="Use this model instead of the assistant's.")
@click.option("--instructions", help="Use these instead of the assistant's instructions.")
@click.option(
    "--durability",
    type=click.Choice(["full", "fast"]),
    help="fast: do not wait for the disk; a power cut may take back what was answered. "
    "Default: UNDERSTUDY_DURABILITY, or full.",
)
@click.option("--events", is_flag=True, help="Print each event as a line of JSON, as it happens.")
@json_option
@pass_options
def command(
    options: Options,
    assistant: str,
    question: str,
    files: tuple[Path, ...],
    thread: str | None,
    model: str | None,
    instructions: str | None,
    durability: Durability | None,
    events: bool,
    as_json: bool,
) -> int:
    """Ask ASSISTANT a QUESTION and print the answer as it is written.

    The words of QUESTION are joined; `-` stands for what comes in on stdin.
    """
    if events and as_json:
        raise click.UsageError("--events and --json exclude each other.")
    wishes = {"model": model, "instructions": instructions}
    given = {name: value for name, value in wishes.items() if value is not None}
    settle(options, assistant)
    asked = _Question(assistant, question, thread, files, given)
    form: Form = "events" if events else "json" if as_json else "text"
    return with_host(options, lambda host: _run(host, asked, form), durability=durability)


async def _run(host: Host, asked: _Question, form: Form) -> int:
    waiting = Waiting(wanted=form != "events")
    async with waiting.watching():
        outcome = await _followed(host, asked, form, waiting)
    if form == "json":
        print_json(outcome.wire())
    report(outcome)
    if form == "text" and sys.stderr.isatty() and not outcome.exit_code:
        print_note(f"Go on with --thread {outcome.reply.thread_id}")
    return outcome.exit_code


async def _followed(host: Host, asked: _Question, form: Form, waiting: Waiting) -> Outcome:
    files = await stored(host, asked.assistant, asked.files)
    execution = await host.start(
        asked.assistant, asked.text, thread=asked.thread, files=files, **asked.options
    )
    answering = Answering(waiting)
    try:
        return await follow(host, execution, _show(form, answering))
    except asyncio.CancelledError:
        answering.end_line()
        print_note(f"Stopped. What was written is kept in {execution.run.thread_id}.")
        raise
    finally:
        answering.end_line()


def _show(form: Form, answering: Answering) -> Callable[[Event], None]:
    if form == "text":
        return answering.show
    return _print_event if form == "events" else lambda _event: None


def _print_event(event: Event) -> None:
    click.echo(json.dumps({"n": event.n, "event": event.name, "data": event.data}))
