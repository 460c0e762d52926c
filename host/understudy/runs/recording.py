"""A recording: what a run began with, what its effects gave, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from understudy.errors import Invalid
from understudy.library.threads import Threads
from understudy.objects import Message, Run, Thread
from understudy.runs.lines import last_number
from understudy.store import Path, Record, Store

_REPRODUCIBLE = ("completed", "failed", "incomplete")
FRESH: Final = {
    "status": "queued",
    "required_action": None,
    "last_error": None,
    "usage": None,
    "incomplete_details": None,
    **dict.fromkeys(("started_at", "cancelled_at", "failed_at", "completed_at")),
}
"""The fields of a run that has not begun."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: its status, what it said, message by message, and why it failed."""

    status: str
    texts: tuple[str, ...]
    error: str | None = None

    @classmethod
    def of(cls, run: Run, messages: Sequence[Message]) -> Self:
        """The outcome of a run in its thread."""
        texts = tuple(message.text for message in messages if message.run_id == run.id)
        return cls(run.status, texts, run.last_error.message if run.last_error else None)


@dataclass(frozen=True, slots=True)
class Recording:
    """All that is needed to play a run again. `messages` are those that the run saw.

    `lines` are the journal's (`understudy.runs.lines`) without the events; the first of all lines
    has the run's `seed` and its time, so `began` is kept as it is. `last` is the number of the
    newest line, events included.
    """

    run: Run
    thread: Thread
    messages: tuple[Message, ...]
    began: Record
    lines: tuple[Record, ...]
    expected: Outcome
    last: int = 0

    @classmethod
    async def read(cls, store: Store, threads: Threads, path: Path) -> Self:
        """The recording of a stored run. Raises `NotFound`, `Invalid` if it cannot be replayed."""
        document = await store.get(path)
        run = Run.read(document.value if document else {})
        if not run.is_over:
            raise Invalid(f"The run {run.id} is {run.status}.", hint="Wait for it, or cancel it.")
        records = [entry.record for entry in await store.read((*path, "journal"))]
        if not records or "seed" not in records[0]:
            raise Invalid(f"The run {run.id} has no journal that it could be replayed from.")
        thread, messages = await _before(threads, run)
        lines = tuple(line for line in records if "effect" in line or "result" in line)
        began = {"n": 1, "t": records[0]["t"], "seed": records[0]["seed"]}
        written = await (await threads.messages(run.thread_id)).all()
        outcome, last = Outcome.of(run, written), last_number(records)
        return cls(run, thread, messages, began, lines, outcome, last)

    def require_end(self) -> None:
        """Raise `Invalid` if the run was stopped: there is nothing to compare with."""
        if self.expected.status not in _REPRODUCIBLE:
            raise Invalid(
                f"The run {self.run.id} is {self.expected.status}: there is no end of its own to"
                " compare with.",
                hint="Runs that are completed, failed or incomplete can be compared.",
            )


async def _before(threads: Threads, run: Run) -> tuple[Thread, tuple[Message, ...]]:
    """The thread as the run found it: without what came during the run, or later."""
    found: list[Message] = []
    for message in await (await threads.messages(run.thread_id)).all():
        if message.run_id == run.id:
            break
        found.append(message)
    while found and found[-1].created_at > run.created_at:
        found.pop()
    return await threads.get(run.thread_id), tuple(found)
