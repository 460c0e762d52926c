"""Asking on the terminal whether a tool call may be made."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from understudy.cli.consent import confirmed, is_interactive
from understudy.cli.output import print_note, visible
from understudy.runs.execution import Execution

JSON = dict[str, Any]
_NOBODY = "Nobody could be asked."


async def approve(execution: Execution, questions: Sequence[JSON]) -> None:
    """Ask about each call, and answer the run. Where nobody can be asked, it is no."""
    outputs = {each["id"]: _answer(each["function"]["arguments"]) for each in questions}
    await execution.submit(outputs)


def _answer(question: str) -> JSON:
    asked = json.loads(question)
    call = f"{asked['tool']}({json.dumps(asked['arguments'], ensure_ascii=False)})"
    if not is_interactive():
        print_note(f"Not approved, since nobody can be asked here: {call}")
        return {"approve": False, "reason": _NOBODY}
    with _interruptible():
        click.echo(visible(f"The assistant wants to call {call}"), err=True)
        return {"approve": confirmed("Allow this call?")}


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the question at once: asyncio would wait for the answer first."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
