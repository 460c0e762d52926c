"""`understudy show`: one assistant, or one thread, in full."""

from __future__ import annotations

from typing import Any

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_error, print_json, styled
from understudy.host import Host

_EPILOG = """\b
Examples:
  understudy show math-tutor
  understudy show thread_… --json
"""


@click.command(epilog=_EPILOG)
@click.argument("name")
@json_option
@pass_options
def command(options: Options, name: str, as_json: bool) -> None:
    """Show the assistant NAME: its object, its files, its tools, what is wrong with it.

    If NAME is the id of a thread, show its messages.
    """
    show = _thread if name.startswith("thread_") else _assistant
    shown = with_host(options, lambda host: show(host, name))
    if as_json:
        print_json(shown)
    elif "messages" in shown:
        _print_messages(shown["messages"])
    else:
        _print_assistant(shown)


async def _assistant(host: Host, name: str) -> dict[str, Any]:
    async with host.assistants.loaded(name) as loaded:
        path = loaded.folder.path
        return {
            "assistant": loaded.assistant.wire(),
            "folder": str(path) if path else None,
            "code": loaded.folder.main.as_posix() if loaded.folder.main else None,
            "exports": sorted(loaded.program.exports) if loaded.program else [],
            "functions": [
                {"name": function.name, "description": function.description}
                for function in loaded.toolbox.functions
            ],
            "problems": [problem.as_json() for problem in loaded.problems],
        }


async def _thread(host: Host, name: str) -> dict[str, Any]:
    thread = await host.threads.get(name)
    messages = await (await host.messages(name)).all()
    shown = [message.wire() | {"text": message.text} for message in messages]
    return {"thread": thread.wire(), "messages": shown}


def _print_assistant(shown: dict[str, Any]) -> None:
    assistant = shown["assistant"]
    rows = {
        "id": assistant["id"],
        "name": assistant["name"],
        "description": assistant["description"],
        "folder": shown["folder"],
        "model": assistant["model"],
        "code": f"{shown['code']} ({', '.join(shown['exports'])})" if shown["code"] else None,
        "tools": ", ".join(tool["type"] for tool in assistant["tools"]),
        "functions": ", ".join(function["name"] for function in shown["functions"]),
        "instructions": assistant["instructions"],
    }
    for label, value in rows.items():
        if value:
            click.echo(f"{styled(label.ljust(12), bold=True)}  {_indented(str(value))}")
    for problem in shown["problems"]:
        print_error(problem["message"], problem["hint"])


def _print_messages(messages: list[dict[str, Any]]) -> None:
    for message in messages:
        who = message["assistant_id"] or message["role"]
        click.echo(f"{styled(who, bold=True)}: {message['text']}\n")


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n" + " " * 14)
