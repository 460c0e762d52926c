"""`understudy test`: an assistant's recorded conversations, played again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_error, print_json, styled, visible
from understudy.errors import Invalid, UnderstudyError
from understudy.folder import AssistantFolder
from understudy.host import Host
from understudy.runs.conversation import Turn, read_turns, recordings, turn_of, write_turns
from understudy.runs.recording import Recording

_EPILOG = """\b
Examples:
  understudy test math-tutor
  understudy test dice --record thread_…
  understudy test dice --update
"""


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of one file. `differences` are empty if all is as it was."""

    file: str
    differences: list[str]
    seconds: float = 0.0


@click.command(epilog=_EPILOG)
@click.argument("assistant")
@click.option("--record", metavar="THREAD", help="Keep this thread as a test of the assistant.")
@click.option("--update", is_flag=True, help="Expect from now on what the assistant says now.")
@json_option
@pass_options
def command(
    options: Options, assistant: str, record: str | None, update: bool, as_json: bool
) -> int:
    """Play the conversations in ASSISTANT's folder `tests/` again, without a model.

    The exit code is 1 if any of them goes another way.
    """
    if record is not None:
        file = with_host(options, lambda host: _record(host, assistant, record))
        print_json({"file": str(file)}) if as_json else click.echo(str(file))
        return 0
    results = with_host(options, lambda host: _test(host, assistant, update=update))
    if as_json:
        print_json([_as_json(result) for result in results])
    else:
        _print(results)
    return int(any(result.differences for result in results))


def _as_json(result: _Result) -> dict[str, object]:
    return {
        "file": result.file,
        "passed": not result.differences,
        "differences": result.differences,
        "seconds": round(result.seconds, 4),
    }


def _print(results: list[_Result]) -> None:
    for result in results:
        mark = styled("✗", fg="red") if result.differences else styled("✓", fg="green")
        click.echo(f"{mark} {result.file}")
        for difference in result.differences:
            click.echo(visible(difference))
    failed = sum(bool(result.differences) for result in results)
    seconds = sum(result.seconds for result in results)
    click.echo(f"{len(results) - failed} passed, {failed} failed, in {seconds:.2f} s")


async def _test(host: Host, assistant: str, *, update: bool) -> list[_Result]:
    folder = await host.assistants.folder(assistant)
    files = sorted(_tests(folder).glob("*.jsonl"))
    if not files:
        raise Invalid(
            f"The assistant `{assistant}` has no tests.",
            hint=f"`understudy test {assistant} --record THREAD` makes one of a thread.",
        )
    return [await _played(host, folder, file, update=update) for file in files]


async def _played(host: Host, folder: AssistantFolder, file: Path, *, update: bool) -> _Result:
    found: list[str] = []
    seconds = 0.0
    try:
        turns = read_turns(file)
        instructions = folder.require_assistant().instructions or ""
        # A turn is read when the one before it has been played: it may have been updated.
        for number, recording in enumerate(recordings(folder.id, instructions, turns), 1):
            replay = await host.replays.play(recording)
            seconds += replay.seconds
            if update and replay.outcome.status == "completed":
                turns[number - 1].answers = list(replay.outcome.texts)
            else:
                found += [f"turn {number}: {text}" for text in replay.differences]
        if update:
            write_turns(file, turns)
    except UnderstudyError as error:
        found.append(f"{error} {error.hint or ''}".strip())
    return _Result(file.name, found, seconds)


def _tests(folder: AssistantFolder) -> Path:
    if folder.path is None:
        raise Invalid(f"The assistant `{folder.id}` has no folder that tests could lie in.")
    return folder.path / "tests"


async def _record(host: Host, assistant: str, thread: str) -> Path:
    folder = await host.assistants.folder(assistant)
    if any(folder.id == builtin.id for builtin in host.assistants.builtin()):
        raise Invalid(
            f"The assistant `{assistant}` is built in and cannot be changed.",
            hint=f"`understudy new NAME --from {assistant}` makes a copy of your own.",
        )
    file = _tests(folder) / f"{thread}.jsonl"
    write_turns(file, await _turns(host, assistant, thread))
    click.echo("It holds all that was said there, and what was fetched: read it.", err=True)
    return file


async def _turns(host: Host, assistant: str, thread: str) -> list[Turn]:
    page = await host.runs.page(thread, limit=100, order="asc")
    turns, before = list[Turn](), 0
    for run in page.items:
        if run.assistant_id != assistant:
            print_error(f"The run {run.id} is one of `{run.assistant_id}`: it is left out.")
            continue
        recording: Recording = await host.recording(run.id)
        recording.require_end()
        turns.append(turn_of(recording, before))
        before = len(recording.messages)
    if not turns:
        raise Invalid(f"Nothing has run on {thread} with `{assistant}`.")
    return turns
