"""The runs of a data root: created, carried out, read. One at a time on a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any, Literal

from understudy.errors import Conflict, Invalid, NotFound, UnderstudyError
from understudy.events import TERMINAL, Event
from understudy.library.models import Models
from understudy.library.readable import readable_page
from understudy.library.threads import Threads
from understudy.objects import Run, RunOptions, RunStep
from understudy.runs.branch import Branch
from understudy.runs.execution import Execution
from understudy.runs.journal import recorded, recorded_since
from understudy.runs.recording import Recording
from understudy.runs.recovery import ENDED, Abandoned, end_abandoned, still_waits
from understudy.runs.staging import Stage
from understudy.runs.views import steps_of
from understudy.store import NAME, Document, Order, Page, Path, Store, left_behind

_POLL_SECONDS = 0.05
BUSY = "Thread {thread} already has an active run {run}."

Resume = Literal["all", "asked", "none", "leave"]
"""What becomes of runs whose process has died.

- `all`: taken up by whoever comes across them, and by `Runs.resume`. For servers.
- `asked`: taken up by whoever asks for the run; ended by whoever goes on with its thread.
- `none`: ended as failed, except those that wait for their client.
- `leave`: left as they are; ended by whoever goes on with their thread. For those who only look.
"""


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
        resume: Resume = "asked",
    ) -> None:
        """Without `forgets`, runs that are over are read as if they were under way.

        `resume` says what becomes of runs whose process has died; see `Resume`.
        """
        self._forgets = forgets
        self._resume = resume
        self._arriving: dict[str, asyncio.Task[None]] = {}
        self._resting: dict[str, tuple[Abandoned, AsyncExitStack]] = {}
        """Runs that rest, and their locks. Given back, the store would know nothing of them."""
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
        self._begin(execution)
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
                run = await self._made_way(document.path, found) if found else None
                if run is not None and not run.is_over:
                    raise Conflict(
                        refusal.format(thread=thread[-1], run=run.id),
                        hint="Wait for it, or cancel it.",
                    )
            yield

    async def _settled(self, path: Path, run: Run) -> Run:
        """The run; if the process that carried it out has died, what has become of it now."""
        if run.id not in self._active and not run.is_over and self._resume != "leave":
            with suppress(Conflict):  # another process carries it out
                await self._adopted(path, run)
        return await self._present(path, run)

    async def _made_way(self, path: Path, run: Run) -> Run:
        """As `_settled`, for somebody who wants to go on with the thread."""
        if self._resume != "all" and not run.is_over and run.id not in self._active:
            with suppress(Conflict):
                async with self._store.lock(path, timeout=0):
                    abandoned = await Abandoned.read(self._store, path, run)
                    if not still_waits(abandoned.run):
                        return await self._end(abandoned)
        return await self._settled(path, run)

    async def _present(self, path: Path, run: Run) -> Run:
        if run.id in self._active:
            return self._active[run.id].run
        if run.is_over:
            return run
        document = await self._store.get(path)
        return Run.read(document.value) if document else run

    async def _adopted(self, path: Path, run: Run, *, wanted: bool = False) -> None:
        """Take a run up, end it, or leave it. Raises `Conflict` if somebody owns it.

        `wanted`: one that waits for its client is taken up, too.
        """
        task = self._arriving.get(run.id)
        if task is None:
            task = asyncio.create_task(self._adopt(path, run, wanted=wanted))
            self._arriving[run.id] = task
            task.add_done_callback(lambda _: self._arriving.pop(run.id, None))
        await asyncio.shield(task)

    async def _adopt(self, path: Path, run: Run, *, wanted: bool) -> None:
        if run.id in self._active:
            return
        if run.id in self._resting:
            await self._resting.pop(run.id)[1].aclose()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._store.lock(path, timeout=0))
            abandoned = await Abandoned.read(self._store, path, run)
            waits = still_waits(abandoned.run)
            if not wanted and (waits or abandoned.is_resting):
                if not waits and self._resume == "all":
                    self._resting[run.id] = abandoned, stack.pop_all()
                return
            refused = self._resume == "none" and not waits
            if refused or abandoned.run.is_over or abandoned.end() is not None:
                await self._end(abandoned)
                return
            try:
                await self._take_up(abandoned, stack)
            except (NotFound, Invalid) as error:
                if waits:  # it can be mended until the client answers
                    raise
                await self._end(abandoned, f"The run cannot be taken up: {error}")

    async def _end(self, abandoned: Abandoned, reason: str = ENDED) -> Run:
        status, message = abandoned.end() or ("failed", reason)
        return await end_abandoned(self._store, abandoned, status, message)

    async def _take_up(self, abandoned: Abandoned, held: AsyncExitStack) -> None:
        run, thread = abandoned.run, abandoned.path[:-2]
        options = RunOptions(tools=run.tools)
        loaded = await held.enter_async_context(self._stage.loaded(run.assistant_id, options))
        about = await self._threads.get(run.thread_id)
        choice = self._models.choose(loaded, thread, about)
        active = await self._stage.take_up(loaded, abandoned, choice)
        self._begin(Execution(active, self._stage.invoke(loaded), held.pop_all()))

    async def branch(self, recording: Recording, number: int) -> Execution:
        """Begin a run that does what another one did up to an event, and goes on from there now.

        It gets a copy of the thread. Raises `NotFound`, `Invalid`.
        """
        branch = Branch.of(recording, number)
        home = (await self._threads.locate(recording.run.thread_id))[:-1]
        path = (*home, branch.thread.id, "runs", branch.run.id)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._store.lock(path, timeout=0))
            await branch.write(self._store, path)
            try:
                await self._take_up(Abandoned(path, branch.run, branch.lines), stack)
            except UnderstudyError:  # nobody would ever learn of the copy
                await self._store.delete(path[:-2])
                raise
        return self._active[branch.run.id]

    def _begin(self, execution: Execution) -> None:
        run_id = execution.run.id
        self._active[run_id] = execution
        execution.start(lambda: self._forget(run_id))

    async def resume(self) -> None:
        """Take up all runs whose process has died, as far as the store knows of them."""
        for path in await left_behind(self._store):
            if len(path) > 3 and path[-2] == "runs" and path[-1] not in self._active:
                document = await self._store.get(path)
                run = _read(document) if document else None
                if run is not None and not run.is_over:
                    with suppress(Conflict):
                        await self._adopted(path, run)

    # -- acting on them

    async def execution(self, thread_id: str, run_id: str) -> Execution:
        """A run that is under way; one whose process died while it waited is taken up.

        Raises `NotFound`, `Invalid` if it is over, `Conflict` if another process carries it out.
        """
        run = await self.get(thread_id, run_id)
        if run_id not in self._active and not run.is_over:
            await self._adopted(await self._path(thread_id, run_id), run, wanted=True)
        execution = self._active.get(run_id)
        if execution is None:
            raise Invalid(f"The run {run_id} is not under way here.")
        if run.status == "requires_action":
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
        position, last = 0, after
        while True:
            run = await self.get(thread_id, run_id)
            execution = self._running(thread_id, run_id)
            if execution is not None:
                async for event in execution.events(last):
                    yield event
                return
            events, position = await recorded_since(self._store, path, position)
            for event in events:
                if event.n > last:
                    last = event.n
                    yield event
            if events and events[-1].name in TERMINAL:
                return
            if run.is_over:  # its process died between the two writes: the state is the end
                yield Event(last + 1, f"thread.run.{run.status}", run.wire())
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def close(self) -> None:
        """Stop what is under way; runs that wait for their client go on waiting in the store."""
        await asyncio.gather(*self._arriving.values(), return_exceptions=True)
        for abandoned, held in self._resting.values():
            async with held:
                with suppress(UnderstudyError):  # it stays as it is until somebody asks for it
                    await end_abandoned(self._store, abandoned, "cancelled", ENDED)
        await asyncio.gather(*(execution.leave() for execution in self._active.values()))


def _read(document: Document) -> Run | None:
    """A stored run; None if it cannot be read: one bad file blocks no thread, hides no other."""
    try:
        return None if document.error else Run.read(document.value)
    except Invalid:
        return None
