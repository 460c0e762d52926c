"""Replay: a run that is over is played again, offline, and what comes of it is compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from understudy.library.loading import LoadedAssistant
from understudy.library.models import Models
from understudy.library.threads import Threads
from understudy.objects import Run, RunOptions
from understudy.runs.execution import Execution
from understudy.runs.played import Played, diff
from understudy.runs.recording import FRESH, Outcome, Recording
from understudy.runs.staging import Stage
from understudy.store import Path, Store

_LIMIT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it now, beside what came of it before; `differences` are texts to read."""

    expected: Outcome
    outcome: Outcome
    differences: tuple[str, ...]
    seconds: float

    @property
    def is_same(self) -> bool:
        """Whether the same came of it."""
        return not self.differences


class Replays:
    """Plays recordings. Each gets a store of its own, so nothing recorded is touched."""

    def __init__(self, stage: Stage, models: Models, store: Callable[[], Store]) -> None:
        self._stage = stage
        self._models = models
        self._store = store

    async def play(self, recording: Recording) -> Replay:
        """Run the assistant's code again, answered from the recording.

        Raises `NotFound`, or `Invalid` if the assistant has errors, or the run was stopped.
        """
        recording.require_end()
        store = self._store()
        began = time.perf_counter()
        try:
            outcome, changes = await self._played(store, recording)
        finally:
            await store.close()
        found = (*changes, *_differences(recording.expected, outcome))
        return Replay(recording.expected, outcome, found, time.perf_counter() - began)

    async def _played(self, store: Store, recording: Recording) -> tuple[Outcome, tuple[str, ...]]:
        threads = Threads(store, list)
        path = await _put(store, recording)
        stage = self._stage.elsewhere(store, threads, keeps_journals=True)
        run = recording.run
        options = RunOptions(tools=run.tools) if run.tools else RunOptions()
        async with stage.loaded(run.assistant_id, options) as loaded:
            past = Played(recording.lines, _own(loaded))
            choice = self._models.choose(loaded, path[:-2], recording.thread)
            fresh = _fresh(run)
            active = await stage.play(loaded, path, fresh, choice, past, recording.began)
            execution = Execution(active, stage.invoke(loaded), AsyncExitStack())
            execution.start(lambda: None)
            try:
                ended = await execution.wait()
            finally:
                await execution.stop()
        messages = await (await threads.messages(run.thread_id)).all()
        records = [entry.record for entry in await store.read((*path, "journal"))]
        return Outcome.of(ended, messages), tuple(past.changes(records))


async def _put(store: Store, recording: Recording) -> Path:
    """Lay out the thread as the run found it; returns the run's path."""
    thread = ("threads", recording.thread.id)
    await store.put(thread, recording.thread.wire())
    if recording.messages:
        wires = [message.wire() for message in recording.messages]
        await store.append((*thread, "messages"), wires)
    return (*thread, "runs", recording.run.id)


def _fresh(run: Run) -> Run:
    """The run as it began, with the time that a replay may take."""
    expires = int(time.time()) + _LIMIT_SECONDS
    return Run.read(run.wire() | FRESH | {"expires_at": expires})


def _own(loaded: LoadedAssistant) -> frozenset[str]:
    functions = loaded.program.functions if loaded.program else ()
    return frozenset(function.name for function in functions)


def _differences(before: Outcome, now: Outcome) -> list[str]:
    found = []
    if before.status != now.status:
        found.append(f"It was {before.status}, and is {now.status} now.")
    if before.error != now.error:
        found.append(now.error or f"It did not fail. Before: {before.error}")
    if now.status == before.status and before.texts != now.texts:
        found.append(diff("\n\n".join(before.texts), "\n\n".join(now.texts)))
    return found
