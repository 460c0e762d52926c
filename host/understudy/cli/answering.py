"""Prints a run on the terminal as it happens: the answer on stdout, all else on stderr."""

from __future__ import annotations

import sys
from typing import Any

import click

from understudy.cli.output import found_text, print_note, visible
from understudy.cli.waiting import Waiting
from understudy.events import Event

JSON = dict[str, Any]
_SHOWN_CHARACTERS = 100


class Answering:
    """Prints the events of one run; `waiting` is told of everything that is printed."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._at_line_start = True
        self._spoke = False

    def show(self, event: Event) -> None:
        """Print what an event says to a person, if it does."""
        data = event.data
        if event.name == "thread.message.delta":
            self._say("".join(map(_text, data["delta"]["content"])))
        elif event.name == "thread.message.in_progress" and self._spoke:
            self._say("\n" if self._at_line_start else "\n\n")
        elif event.name == "thread.run.step.delta":
            self._waiting.reset(_doing(data["delta"]["step_details"]))
        elif event.name == "thread.run.step.completed" and data["type"] == "tool_calls":
            self.end_line()
            for call in data["step_details"]["tool_calls"]:
                print_note(_call(call))
            self._waiting.reset()

    def _say(self, text: str) -> None:
        if text:
            self._at_line_start = text.endswith("\n")
            self._spoke = True
            self._waiting.reset(hidden=not self._at_line_start)
            # With `color`, click passes on what it is given: a file gets the very answer.
            click.echo(visible(text) if sys.stdout.isatty() else text, nl=False, color=True)

    def end_line(self) -> None:
        """Begin a new line, unless one has just begun."""
        self._waiting.reset()
        if not self._at_line_start:
            click.echo()
            self._at_line_start = True


def _text(part: JSON) -> str:
    if part["type"] == "text":
        return str(part["text"]["value"])
    return str(part.get("refusal") or f"[{part['type']}]")


def _doing(details: JSON) -> str | None:
    names = [_name(call) for call in details["tool_calls"]]
    return f"calling {names[0]}" if names and names[0] else None


def _name(call: JSON) -> str | None:
    """What is called, where a call begins; later pieces of it do not say."""
    name: str | None = call["function"].get("name") if "function" in call else call["type"]
    return name


def _call(call: JSON) -> str:
    if "function" not in call:
        return visible(f"→ {found_text(call)}")
    function = call["function"]
    output = _short(str(function["output"]))
    return visible(f"→ {function['name']}({_short(function['arguments'])}) = {output}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
