"""Shows a run on the terminal: the answer on stdout, everything else on stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import click

from understudy.cli.output import print_note, styled
from understudy.events import Event
from understudy.streams import closing

JSON = dict[str, Any]
_PATIENCE_SECONDS = 1.0
_SHOWN_CHARACTERS = 100


class Answering:
    """Prints a run's events as they come."""

    def __init__(self) -> None:
        self._at_line_start = True
        self._spoke = False
        self._waiting = Waiting()

    async def show(self, events: AsyncIterator[Event]) -> None:
        """Print until the run is over, or asks for something."""
        async with self._waiting.shown(), closing(events) as stream:
            async for event in stream:
                self._show(event)
                if event.name == "thread.run.requires_action":
                    break
        self._end_line()

    def _show(self, event: Event) -> None:
        data = event.data
        if event.name == "thread.message.delta":
            self._waiting.stop()
            self._say("".join(map(_text, data["delta"]["content"])))
        elif event.name == "thread.message.in_progress" and self._spoke:
            self._say("\n" if self._at_line_start else "\n\n")
        elif event.name == "thread.run.step.completed" and data["type"] == "tool_calls":
            self._end_line()
            for call in data["step_details"]["tool_calls"]:
                print_note(_call(call))

    def _say(self, text: str) -> None:
        if text:
            click.echo(text, nl=False)
            sys.stdout.flush()
            self._at_line_start = text.endswith("\n")
            self._spoke = True

    def _end_line(self) -> None:
        if not self._at_line_start:
            click.echo()
            self._at_line_start = True


class Waiting:
    """A line on the terminal that says for how long nothing has come."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show the line, if stderr is a terminal and it takes long."""
        if sys.stderr.isatty():
            self._task = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            self.stop()

    async def _tick(self) -> None:
        with _line_cleared():
            seconds = _PATIENCE_SECONDS
            await asyncio.sleep(seconds)
            while True:
                text = styled(f"waiting for the answer … {seconds:.0f} s", dim=True)
                click.echo(f"\r{text}", err=True, nl=False)
                await asyncio.sleep(1)
                seconds += 1

    def stop(self) -> None:
        """Take the line away."""
        if self._task is not None:
            self._task.cancel()
            self._task = None


@contextmanager
def _line_cleared() -> Iterator[None]:
    try:
        yield
    finally:
        click.echo("\r\033[K", err=True, nl=False)


def _text(part: JSON) -> str:
    if part["type"] == "text":
        return str(part["text"]["value"])
    return str(part.get("refusal") or f"[{part['type']}]")


def _call(call: JSON) -> str:
    function = call.get("function") or {}
    output = " ".join(str(function.get("output")).split())
    short = output if len(output) <= _SHOWN_CHARACTERS else f"{output[:_SHOWN_CHARACTERS]}…"
    return f"→ {function.get('name')}({function.get('arguments')}) = {short}"
