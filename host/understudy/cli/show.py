"""`understudy show`: one assistant, or one thread, in full."""

from __future__ import annotations

from typing import Any

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import (
    found_text,
    json_option,
    print_error,
    print_json,
    print_note,
    print_problem,
    styled,
    visible,
)
from understudy.errors import NotFound
from understudy.folder import choose_model
from understudy.folder.problems import Problem
from understudy.host import Host
from understudy.library.loading import LoadedAssistant
from understudy.objects import Run, RunStep

_EPILOG = """\b
Examples:
  understudy show math-tutor
  understudy show thread_…
  understudy show thread_… --runs
  understudy show thread_… --json
"""
JSON = dict[str, Any]


@click.command(epilog=_EPILOG)
@click.argument("name")
@click.option("--runs", is_flag=True, help="Of a thread: what its runs did, and how they ended.")
@json_option
@pass_options
def command(options: Options, name: str, runs: bool, as_json: bool) -> None:
    """Show the assistant NAME: its object, its files, its tools, what is wrong with it.

    If NAME is the id of a thread, show its messages.
    """
    shown = with_host(options, lambda host: _shown(host, name))
    if as_json:
        print_json(shown)
    elif "assistant" in shown:
        _print_assistant(shown)
    elif runs:
        _print_runs(shown["runs"])
    else:
        _print_messages(shown["messages"])


async def _shown(host: Host, name: str) -> JSON:
    try:
        async with host.assistants.loaded(name) as loaded:
            return _assistant(loaded)
    except NotFound as error:
        try:
            return await _thread(host, name)
        except NotFound as other:
            raise (other if name.startswith("thread_") else error) from None


def _assistant(loaded: LoadedAssistant) -> JSON:
    folder, program = loaded.folder, loaded.program
    return {
        "assistant": loaded.assistant.wire(),
        "model": choose_model(loaded.assistant, folder.model).model,
        "folder": str(folder.path) if folder.path else None,
        "code": folder.main.as_posix() if folder.main else None,
        "exports": sorted(program.exports) if program else [],
        "functions": [
            {"name": function.name, "description": function.description}
            for function in loaded.toolbox.functions
        ],
        "problems": [problem.as_json() for problem in loaded.problems],
    }


async def _thread(host: Host, name: str) -> JSON:
    thread = await host.threads.get(name)
    messages = await (await host.messages(name)).all()
    page = await host.runs.page(name, limit=100, order="asc")
    return {
        "thread": thread.wire(),
        "messages": [message.wire() | {"text": message.text} for message in messages],
        "runs": [_run(run, await host.runs.steps(name, run.id)) for run in page.items],
    }


def _run(run: Run, steps: list[RunStep]) -> JSON:
    return run.wire() | {"steps": [step.wire() for step in steps]}


def _print_assistant(shown: JSON) -> None:
    assistant = shown["assistant"]
    rows = {
        "id": assistant["id"],
        "name": assistant["name"],
        "description": assistant["description"],
        "folder": shown["folder"],
        "model": shown["model"] or "whichever there is",
        "code": f"{shown['code']} ({', '.join(shown['exports'])})" if shown["code"] else None,
        "tools": ", ".join(tool["type"] for tool in assistant["tools"]),
        "functions": ", ".join(function["name"] for function in shown["functions"]),
        "instructions": assistant["instructions"],
    }
    for label, value in rows.items():
        if value:
            click.echo(f"{styled(label.ljust(12), bold=True)}  {_indented(str(value), 14)}")
    for problem in shown["problems"]:
        print_problem(Problem(**problem))


def _print_messages(messages: list[JSON]) -> None:
    for message in messages:
        who = visible(message["assistant_id"] or message["role"])
        click.echo(f"{styled(who, bold=True)}: {visible(message['text'].rstrip())}")
        if message["status"] == "incomplete":
            print_note(f"(incomplete: {message['incomplete_details']['reason']})")
        click.echo()
    if not messages:
        print_note("The thread is empty.")


def _print_runs(runs: list[JSON]) -> None:
    for run in runs:
        tokens = (run["usage"] or {}).get("total_tokens")
        used = f", {tokens} tokens" if tokens else ""
        click.echo(f"{run['id']}  {run['assistant_id']}  {styled(run['status'], bold=True)}{used}")
        for step in run["steps"]:
            _print_step(step)
        if run["last_error"]:
            print_error(run["last_error"]["message"])
    if not runs:
        print_note("Nothing has run on this thread.")


def _print_step(step: JSON) -> None:
    calls = step["step_details"].get("tool_calls")
    if calls is None:
        click.echo(f"  message: {step['status']}")
    for call in calls or ():
        click.echo(f"  call: {_indented(_shown_call(call), 8)}")


def _shown_call(call: JSON) -> str:
    if "function" not in call:
        return found_text(call)
    function = call["function"]
    return f"{function['name']}({function['arguments']}) = {function['output']}"


def _indented(text: str, by: int) -> str:
    return visible(text).strip().replace("\n", "\n" + " " * by)
