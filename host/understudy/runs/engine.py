"""The runs of a data root: created, carried out, read. One at a time on a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from understudy.errors import Conflict, Invalid, NotFound
from understudy.events import TERMINAL, Event
from understudy.library.models import Models
from understudy.library.readable import readable_page
from understudy.library.threads import Threads
from understudy.objects import Run, RunOptions, RunStep
from understudy.runs.execution import Execution
from understudy.runs.journal import recorded, recorded_since
from understudy.runs.recovery import end_abandoned, still_waits
from understudy.runs.staging import Stage
from understudy.runs.views import steps_of
from understudy.store import NAME, Document, Order, Page, Path, Store

_POLL_SECONDS = 0.05
BUSY = "Thread {thread} already has an active run {run}."


class Runs:
    """Creates and keeps the runs of one host."""

    def __init__(
        self,
        store: Store,
        threads: Threads,
        stage: Stage,
        models: Models,
        *,
        forgets: bool = True,
    ) -> None:
        """Without `forgets`, runs that are over are read as if they were under way."""
        self._forgets = forgets
        self._store = store
        self._threads = threads
        self._stage = stage
        self._models = models
        self._active: dict[str, Execution] = {}

    # -- making them

    async def create(
        self, thread_id: str, assistant_id: str, options: RunOptions | None = None
    ) -> Execution:
        """Create a run and begin to carry it out.

        Raises `NotFound`, `Invalid` (the assistant has errors), `Conflict` (the thread is busy).
        """
        options = options or RunOptions()
        thread = await self._threads.locate(thread_id)
        messages = await self._threads.messages(thread_id)
        added = [messages.draft(**given.model_dump()) for given in options.additional_messages]
        await self._stage.attachments.check(added)
        async with AsyncExitStack() as stack:
            loaded = await stack.enter_async_context(self._stage.loaded(assistant_id, options))
            async with self.idle(thread):
                choice = self._models.choose(loaded, thread, await self._threads.get(thread_id))
                run = self._stage.run_object(loaded, choice.model, thread_id, options)
                path = (*thread, "runs", run.id)
                await stack.enter_async_context(self._store.lock(path, timeout=0))
                for message in added:
                    await self._stage.attachments.settle(message)
                    await messages.append(message)
                active = await self._stage.enter(loaded, path, run, choice)
            execution = Execution(active, self._stage.invoke(loaded), stack.pop_all())
        self._active[run.id] = execution
        execution.start(lambda: self._forget(run.id))
        return execution

    def _forget(self, run_id: str) -> None:
        if self._forgets:
            self._active.pop(run_id, None)

    @asynccontextmanager
    async def idle(self, thread: Path, *, refusal: str = BUSY) -> AsyncIterator[None]:
        """Hold the thread while nothing runs on it. Raises `Conflict` if something does."""
        collection = (*thread, "runs")
        async with self._store.lock(collection):
            newest = await self._store.page(collection, limit=1)
            for document in newest.items:
                found = _read(document)
                run = await self._settled(document.path, found) if found else None
                if run is not None and not run.is_over:
                    raise Conflict(
                        refusal.format(thread=thread[-1], run=run.id),
                        hint="Wait for it, or cancel it.",
                    )
            yield

    async def _settled(self, path: Path, run: Run) -> Run:
        """The run, ended first if the process that carried it out has died."""
        if run.id in self._active:
            return self._active[run.id].run
        if run.is_over:
            return run
        try:
            async with self._store.lock(path, timeout=0):
                document = await self._store.get(path)
                run = Run.read(document.value) if document else run
                if run.is_over or still_waits(run):
                    return run
                return await end_abandoned(self._store, path, run)
        except Conflict:
            return run

    # -- acting on them

    async def execution(self, thread_id: str, run_id: str) -> Execution:
        """A run that is under way; one whose process died while it waited is taken up.

        Raises `NotFound`, `Invalid` if it is over, `Conflict` if another process carries it out.
        """
        run = await self.get(thread_id, run_id)
        if run_id in self._active:
            return self._active[run_id]
        if run.status != "requires_action":
            raise Invalid(f"The run {run_id} is not under way here.")
        return await self._take_up(await self._path(thread_id, run_id), run)

    async def _take_up(self, path: Path, run: Run) -> Execution:
        thread = path[:-2]
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._store.lock(path, timeout=0))
            if run.id in self._active:  # somebody here was faster
                return self._active[run.id]
            options = RunOptions(tools=run.tools)
            loaded = await stack.enter_async_context(self._stage.loaded(run.assistant_id, options))
            about = await self._threads.get(run.thread_id)
            choice = self._models.choose(loaded, thread, about)
            active = await self._stage.take_up(loaded, path, run, choice)
            execution = Execution(active, self._stage.invoke(loaded), stack.pop_all())
        self._active[run.id] = execution
        execution.start(lambda: self._forget(run.id))
        await execution.until_it_waits()
        return execution

    async def cancel(self, thread_id: str, run_id: str) -> Run:
        """Stop a run. Raises `NotFound`, or `Invalid` if it is over."""
        run = await self.get(thread_id, run_id)
        if run.is_over:
            raise Invalid(f"Cannot cancel run with status '{run.status}'.")
        return await (await self.execution(thread_id, run_id)).cancel()

    async def stop(self, thread_id: str, run_id: str) -> Run:
        """As `cancel`, also if the run is over or somebody else has cancelled it."""
        run = await self.get(thread_id, run_id)
        return run if run.is_over else await (await self.execution(thread_id, run_id)).stop()

    async def modify(self, thread_id: str, run_id: str, *, metadata: Mapping[str, str]) -> Run:
        """Replace a run's metadata. Raises `NotFound`."""
        run = await self.get(thread_id, run_id)
        if run_id in self._active:
            return await self._active[run_id].modify(metadata)
        changed = run.model_copy(update={"metadata": dict(metadata)})
        await self._store.put(await self._path(thread_id, run_id), changed.wire())
        return changed

    async def delete(self, thread_id: str, run_id: str) -> None:
        """Remove a run with its journal; what it wrote stays. Raises `NotFound`, `Conflict`."""
        run = await self.get(thread_id, run_id)
        if not run.is_over:
            raise Conflict(f"The run {run_id} is under way.", hint="Cancel it first.")
        await self._store.delete(await self._path(thread_id, run_id))

    async def submit_tool_outputs(
        self, thread_id: str, run_id: str, outputs: Mapping[str, Any]
    ) -> Run:
        """Answer all calls that a run waits for, by their ids: text, or what becomes JSON."""
        run = await self.get(thread_id, run_id)
        if run.status != "requires_action":
            raise Invalid(f'Runs in status "{run.status}" do not accept tool outputs.')
        return await (await self.execution(thread_id, run_id)).submit(outputs)

    # -- reading them

    async def _path(self, thread_id: str, run_id: str) -> Path:
        thread = await self._threads.locate(thread_id)
        if not NAME.fullmatch(run_id):
            raise NotFound(f"No run found with id '{run_id}'.")
        return (*thread, "runs", run_id)

    def _running(self, thread_id: str, run_id: str) -> Execution | None:
        """A run of this thread that this process carries out."""
        execution = self._active.get(run_id)
        return execution if execution and execution.run.thread_id == thread_id else None

    async def get(self, thread_id: str, run_id: str) -> Run:
        """Read a run. Raises `NotFound`."""
        path = await self._path(thread_id, run_id)
        execution = self._running(thread_id, run_id)
        if execution is not None:
            return execution.run
        document = await self._store.get(path)
        if document is None:
            raise NotFound(f"No run found with id '{run_id}'.")
        return await self._settled(path, Run.read(document.value))

    async def page(
        self,
        thread_id: str,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Run]:
        """List the runs of a thread; what cannot be read is left out and said."""
        collection = (*await self._threads.locate(thread_id), "runs")
        window: dict[str, Any] = {"limit": limit, "order": order, "after": after, "before": before}
        fetch = partial(self._store.page, collection)
        page = await readable_page(fetch, lambda item: (item.path, Run.read(item.value)), **window)
        runs = [await self._settled(path, run) for path, run in page.items]
        return Page(tuple(runs), page.has_more)

    async def steps(self, thread_id: str, run_id: str) -> list[RunStep]:
        """All steps of a run, oldest first."""
        await self.get(thread_id, run_id)
        return steps_of(await recorded(self._store, await self._path(thread_id, run_id)))

    async def events(self, thread_id: str, run_id: str, *, after: int = 0) -> AsyncIterator[Event]:
        """The events of a run behind number `after`, to its end; it may run elsewhere."""
        path = await self._path(thread_id, run_id)
        execution = self._running(thread_id, run_id)
        if execution is not None:
            async for event in execution.events(after):
                yield event
            return
        position = last = 0
        while True:
            run = await self.get(thread_id, run_id)
            events, position = await recorded_since(self._store, path, position)
            for event in events:
                last = event.n
                if last > after:
                    yield event
            if events and events[-1].name in TERMINAL:
                return
            if run.is_over:  # its process died between the two writes: the state is the end
                yield Event(last + 1, f"thread.run.{run.status}", run.wire())
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def close(self) -> None:
        """Stop what is under way; runs that wait for their client go on waiting in the store."""
        await asyncio.gather(*(execution.leave() for execution in self._active.values()))


def _read(document: Document) -> Run | None:
    """A stored run; None if it cannot be read: one bad file blocks no thread, hides no other."""
    try:
        return None if document.error else Run.read(document.value)
    except Invalid:
        return None
