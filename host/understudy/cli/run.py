"""`understudy run`: one question, one answer."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import click

from understudy.cli.answering import Answering
from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_error, print_json, print_note
from understudy.errors import Invalid, UnderstudyError
from understudy.host import Host, Reply
from understudy.runs.execution import Execution

EXIT_FAILED = 1
EXIT_REQUIRES_ACTION = 3

_EPILOG = """\b
Examples:
  understudy run math-tutor "What is 12.5% of 480?"
  understudy run librarian "When does the contract end?" --file contract.txt
  git diff | understudy run jan "Review this:" -
  understudy run jan "And the second point?" --thread thread_…

\b
The answer goes to stdout, everything else to stderr.
Exit codes: 0 answered, 1 failed, 3 the assistant calls a function that only an app can make.
"""


@dataclass(frozen=True, slots=True)
class _Asked:
    assistant: str
    question: str
    files: tuple[str, ...]
    thread: str | None
    options: dict[str, Any]


@click.command(epilog=_EPILOG)
@click.argument("assistant")
@click.argument("question", nargs=-1, required=True)
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=True),
    help="Attach a file, or all files of a folder. May be given more than once.",
)
@click.option("--thread", help="Go on with this thread.")
@click.option("--model", help="Use this model instead of the assistant's.")
@click.option("--instructions", help="Use these instead of the assistant's instructions.")
@click.option("--events", "as_events", is_flag=True, help="Print each event as a line of JSON.")
@json_option
@pass_options
def command(
    options: Options,
    assistant: str,
    question: tuple[str, ...],
    files: tuple[str, ...],
    thread: str | None,
    model: str | None,
    instructions: str | None,
    as_events: bool,
    as_json: bool,
) -> int:
    """Ask ASSISTANT a QUESTION and print the answer as it is written.

    The words of QUESTION are joined; `-` stands for what comes in on stdin.
    """
    wishes = {"model": model, "instructions": instructions}
    asked = _Asked(
        assistant,
        _question(question),
        tuple(_expanded(files)),
        thread,
        {name: value for name, value in wishes.items() if value is not None},
    )

    async def work(host: Host) -> int:
        execution = await host.start(
            asked.assistant, asked.question, thread=asked.thread, files=asked.files, **asked.options
        )
        if as_events:
            await _print_events(execution)
        elif as_json:
            await _to_the_end(execution)
        else:
            await Answering().show(execution.events())
        return await _finish(host, execution, as_json=as_json, quiet=as_events)

    return with_host(options, work)


def _question(words: tuple[str, ...]) -> str:
    parts = [sys.stdin.read() if word == "-" else word for word in words]
    question = "\n\n".join(parts) if "-" in words else " ".join(parts)
    if not question.strip():
        raise Invalid("The question is empty.", hint='Write it in quotes: run jan "Who are you?"')
    return question


def _expanded(paths: tuple[str, ...]) -> list[str]:
    """Files as they are, folders as the files in them that are not hidden."""
    from pathlib import Path

    found: list[str] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file())
            found += [str(item) for item in inside if not _is_hidden(item.relative_to(path).parts)]
        else:
            found.append(str(path))
    return found


def _is_hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") for part in parts)


async def _print_events(execution: Execution) -> None:
    async for event in execution.events():
        line = {"n": event.n, "event": event.name, "data": event.data}
        click.echo(json.dumps(line, ensure_ascii=False))
        if event.name == "thread.run.requires_action":
            return


async def _to_the_end(execution: Execution) -> None:
    async for event in execution.events():
        if event.name == "thread.run.requires_action":
            return


async def _finish(host: Host, execution: Execution, *, as_json: bool, quiet: bool) -> int:
    if execution.run.status == "requires_action":
        return await _requires_action(host, execution, as_json=as_json)
    reply = await host.reply(execution)
    if as_json:
        print_json(_as_json(reply))
    elif not quiet:
        _report(reply)
    return 0 if reply.run.status in ("completed", "incomplete") else EXIT_FAILED


async def _requires_action(host: Host, execution: Execution, *, as_json: bool) -> int:
    action = execution.run.required_action
    calls = action.submit_tool_outputs.tool_calls if action else []
    # Nobody could answer once this process has ended, and the thread would stay locked.
    await execution.cancel()
    if as_json:
        shown = [call.wire() for call in calls]
        print_json(_as_json(await host.reply(execution)) | {"required_calls": shown})
    for call in calls:
        print_error(
            f"The assistant calls `{call.function.name}({call.function.arguments})`, and nothing "
            "here implements it.",
            f'Export a tool "{call.function.name}" in its src/index.js, or answer it from an app.',
        )
    return EXIT_REQUIRES_ACTION


def _report(reply: Reply) -> None:
    if reply.error is not None:
        hint = reply.error.hint if isinstance(reply.error, UnderstudyError) else None
        message = reply.run.last_error.message if reply.run.last_error else str(reply.error)
        print_error(message, hint)
    elif reply.run.status == "incomplete" and reply.run.incomplete_details:
        print_note(f"The answer is incomplete: {reply.run.incomplete_details.reason}.")
    elif reply.run.status != "completed":
        print_error(f"The run ended as {reply.run.status}.")
    if sys.stderr.isatty():
        print_note(f"Go on with: --thread {reply.thread_id}")


def _as_json(reply: Reply) -> dict[str, Any]:
    run = reply.run
    return {
        "thread_id": run.thread_id,
        "run_id": run.id,
        "assistant_id": run.assistant_id,
        "status": run.status,
        "text": reply.text,
        "messages": [message.wire() for message in reply.messages],
        "usage": run.usage.wire() if run.usage else None,
        "last_error": run.last_error.wire() if run.last_error else None,
    }
