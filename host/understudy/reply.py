"""A reply: how a run ended, and what the assistant wrote in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from understudy.errors import UnderstudyError
from understudy.objects import Message, Run
from understudy.runs.told import without_replaced


@dataclass(frozen=True, slots=True)
class Reply:
    """How a run ended: the run, what the assistant wrote, and why it failed, if it did."""

    run: Run
    messages: tuple[Message, ...]
    error: BaseException | None = None

    @property
    def text(self) -> str:
        """What the assistant wrote, its messages joined by empty lines.

        Without a message that another one has replaced, because its process died meanwhile.
        """
        whole = without_replaced(self.messages)
        return "\n\n".join(message.text for message in whole if message.text)

    @property
    def thread_id(self) -> str:
        """The thread, to go on with."""
        return self.run.thread_id

    def check(self) -> Self:
        """Return the reply, or raise what made the run fail."""
        if self.error is not None:
            raise self.error
        if self.run.status not in ("completed", "incomplete"):
            raise UnderstudyError(f"The run ended as {self.run.status}.")
        return self


def unanswered(run: Run) -> UnderstudyError:
    """The error of a run that waits for a client that there is not."""
    action = run.required_action
    calls = action.submit_tool_outputs.tool_calls if action else []
    names = ", ".join(f"`{call.function.name}`" for call in calls)
    return UnderstudyError(
        f"The assistant calls {names}, and nothing here implements it.",
        hint="Export such a tool in its src/index.js, or answer the run: `Host.start`, and then "
        "`Execution.submit`.",
    )
