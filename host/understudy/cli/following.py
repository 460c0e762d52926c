"""Following a run to its end, and saying how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from understudy.cli.approving import approve
from understudy.cli.output import print_error, print_note
from understudy.errors import UnderstudyError
from understudy.events import Event
from understudy.host import Host
from understudy.permissions.approvals import are_questions
from understudy.reply import Reply
from understudy.runs.execution import Execution
from understudy.streams import closing

EXIT_FAILED = 1
EXIT_REQUIRES_ACTION = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `calls` are those that only an app could have answered."""

    reply: Reply
    calls: tuple[dict[str, Any], ...] = ()

    @property
    def exit_code(self) -> int:
        """What a command that made this run returns."""
        if self.calls:
            return EXIT_REQUIRES_ACTION
        return 0 if self.reply.run.status in ("completed", "incomplete") else EXIT_FAILED

    def wire(self) -> dict[str, Any]:
        """What `--json` prints."""
        reply, run = self.reply, self.reply.run
        return {
            "thread_id": run.thread_id,
            "run_id": run.id,
            "assistant_id": run.assistant_id,
            "status": run.status,
            "text": reply.text,
            "messages": [message.wire() for message in reply.messages],
            "usage": run.usage.wire() if run.usage else None,
            "last_error": run.last_error.wire() if run.last_error else None,
            "required_calls": list(self.calls),
        }


async def follow(host: Host, execution: Execution, show: Callable[[Event], None]) -> Outcome:
    """Show a run's events to its end, and ask what must be approved. Leaving early cancels it.

    A run that asks for the output of a call is cancelled: nobody could give it one once this
    process has ended, and its thread would stay busy.
    """
    calls: list[dict[str, Any]] = []
    try:
        async with closing(execution.events()) as events:
            async for event in events:
                show(event)
                if event.name != "thread.run.requires_action":
                    continue
                asked = event.data["required_action"]["submit_tool_outputs"]["tool_calls"]
                if are_questions(asked):
                    await approve(execution, asked)
                else:
                    calls = asked
                    await execution.cancel()
    finally:
        await _stop(execution)
    return Outcome(await host.reply(execution), tuple(calls))


async def _stop(execution: Execution) -> None:
    if execution.run.status == "cancelling":
        await execution.wait()
    elif not execution.run.is_over:
        await execution.cancel()


def report(outcome: Outcome) -> None:
    """Say on stderr what a person should know of how a run ended."""
    run, error = outcome.reply.run, outcome.reply.error
    if outcome.calls:
        for call in outcome.calls:
            _report_call(call["function"])
    elif run.last_error is not None:
        hint = error.hint if isinstance(error, UnderstudyError) else None
        print_error(run.last_error.message, hint)
    elif run.status == "incomplete" and run.incomplete_details:
        print_note(f"The answer is incomplete: {run.incomplete_details.reason or 'filtered'}.")
    elif run.status != "completed":
        print_error(f"The run ended as {run.status}.")
    elif not outcome.reply.messages:
        print_note("The assistant said nothing.")


def _report_call(function: dict[str, Any]) -> None:
    name, arguments = function["name"], function["arguments"]
    print_error(
        f"The assistant calls `{name}({arguments})`, and nothing here can answer that.",
        f'Export a tool "{name}" in its src/index.js, or answer the call from an app.',
    )
