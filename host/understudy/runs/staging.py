"""Everything set up for a run before it begins: the assistant, its thread, its model, its tools."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from understudy import hookspecs
from understudy.dispatch import Hooks
from understudy.events import Event
from understudy.folder import ModelChoice, expand_instructions
from understudy.library.assistants import Assistants
from understudy.library.attachments import Attachments
from understudy.library.embedding import Embedding
from understudy.library.files import Files
from understudy.library.loading import LoadedAssistant
from understudy.library.messages import Messages
from understudy.library.own_folder import OwnFolder
from understudy.library.threads import Threads
from understudy.library.vector_store_files import VectorStoreFiles
from understudy.objects import Run, RunOptions, new_id
from understudy.providers import Providers
from understudy.runs.active import ActiveRun, Scene
from understudy.runs.embed import RunEmbedding
from understudy.runs.execution import Invoke
from understudy.runs.journal import Journal
from understudy.runs.model_calls import ANY_MODEL, ModelCalls
from understudy.runs.past import Past
from understudy.runs.quota import chosen_model_calls
from understudy.runs.record import RunRecord
from understudy.runs.recovery import Abandoned, mark_taken_up
from understudy.runs.run import Part
from understudy.runs.run import Run as RunProtocol
from understudy.runs.search import RunSearch
from understudy.runs.soon import Soon
from understudy.runs.told import without_replaced
from understudy.runs.transcript import Transcript
from understudy.store import Path, Record, Store

JSON = dict[str, Any]
MAX_STEPS = 32
"""Model calls of the default loop in one run, unless assistant.json says otherwise."""
EXPIRES_SECONDS = 600
MAX_MESSAGES = 1000
"""How many of a thread's newest messages a run sees."""
_SAMPLING = ("temperature", "top_p", "reasoning_effort", "response_format")


class Stage:
    """Sets up runs: everything they need from the host, put together."""

    def __init__(
        self,
        store: Store,
        providers: Providers,
        hooks: Hooks,
        assistants: Assistants,
        threads: Threads,
        files: Files,
        vector_stores: VectorStoreFiles,
        embedding: Embedding,
        *,
        keeps_journals: bool = True,
    ) -> None:
        self._keeps_journals = keeps_journals
        self._store = store
        self._providers = providers
        self._hooks = hooks
        self._assistants = assistants
        self._threads = threads
        self._files = files
        self._vector_stores = vector_stores
        self._embedding = embedding
        self._soon = Soon()
        self._most_model_calls = chosen_model_calls()
        self.attachments = Attachments(threads, vector_stores, files)

    def elsewhere(self, store: Store, threads: Threads, *, keeps_journals: bool = False) -> Stage:
        """The same for runs that end with the store they are in: few ask what they did."""
        providers, hooks = self._providers, self._hooks
        found = self._files, self._vector_stores, self._embedding
        parts = store, providers, hooks, self._assistants, threads, *found
        return Stage(*parts, keeps_journals=keeps_journals)

    @asynccontextmanager
    async def loaded(
        self, assistant_id: str, options: RunOptions
    ) -> AsyncIterator[LoadedAssistant]:
        """The assistant, fit to run. Raises `NotFound`, or `Invalid` with all its errors."""
        async with self._assistants.loaded(assistant_id) as loaded:
            loaded.require_valid()
            if options.tools is None:
                yield loaded
                return
            async with self._assistants.with_tools(loaded, options.tools) as changed:
                yield changed

    def run_object(
        self, loaded: LoadedAssistant, model: str | None, thread_id: str, options: RunOptions
    ) -> Run:
        """The run as it begins: a snapshot of the assistant, with the caller's changes."""
        now = int(time.time())
        assistant = loaded.assistant
        asked = options.model_dump(exclude_none=True, exclude_unset=True)
        ours = {"instructions", "additional_instructions", "additional_messages", "tools"}
        defaults = {name: getattr(assistant, name) for name in _SAMPLING}
        return Run.read(
            {
                **{name: value for name, value in defaults.items() if value is not None},
                **{name: value for name, value in asked.items() if name not in ours},
                "id": new_id("run"),
                "created_at": now,
                "expires_at": now + EXPIRES_SECONDS,
                "thread_id": thread_id,
                "assistant_id": assistant.id,
                "model": options.model or model or ANY_MODEL,
                "instructions": _instructions(loaded, options),
                "tools": [tool.wire() for tool in assistant.tools],
            }
        )

    async def enter(
        self, loaded: LoadedAssistant, path: Path, run: Run, choice: ModelChoice
    ) -> ActiveRun:
        """Store the run, and give it all that it acts with."""
        active = await self._active(loaded, path, run, choice)
        await active.record.begin()
        return active

    async def take_up(
        self, loaded: LoadedAssistant, abandoned: Abandoned, choice: ModelChoice
    ) -> ActiveRun:
        """The same for a run whose process has died: its journal answers what it has done."""
        active = await self._active(loaded, abandoned.path, abandoned.run, choice)
        await active.take_up(await mark_taken_up(self._store, abandoned))
        return active

    async def play(
        self,
        loaded: LoadedAssistant,
        path: Path,
        run: Run,
        choice: ModelChoice,
        past: Past,
        began: Record,
    ) -> ActiveRun:
        """As `enter`, for a run that does again what another one did."""
        active = await self._active(loaded, path, run, choice)
        await active.play(past, began)
        await active.record.begin()
        return active

    async def _active(
        self, loaded: LoadedAssistant, path: Path, run: Run, choice: ModelChoice
    ) -> ActiveRun:
        messages = await self._threads.messages(run.thread_id)
        scene = await self._scene(loaded, run, messages)
        observers: list[ActiveRun] = []
        journal = Journal(
            self._store,
            path,
            lambda event: self._observe(observers, event),
            self._soon,
            is_kept=self._keeps_journals,
        )
        record = RunRecord(self._store, path, run, journal)
        transcript = Transcript(
            journal,
            messages,
            thread_id=run.thread_id,
            run_id=run.id,
            assistant_id=run.assistant_id,
            searches=loaded.toolbox.searches(),
        )
        models = self._model_calls(choice, run)
        active = ActiveRun(
            scene,
            record,
            loaded.toolbox,
            models,
            transcript,
            self._files,
            RunSearch(self._vector_stores.stores, scene.assistant, scene.thread),
            RunEmbedding(
                self._embedding,
                self._providers,
                provider=models.provider,
                settings=choice.settings,
            ),
            loaded.network,
            OwnFolder(loaded.folder.path, loaded.standing),
            loaded.companion,
            max_steps=_max_steps(loaded),
            model_calls=self._most_model_calls,
        )
        if self._hooks.implementations(hookspecs.observe_event):
            observers.append(active)
        return active

    async def _scene(self, loaded: LoadedAssistant, run: Run, messages: Messages) -> Scene:
        found = await messages.newest(MAX_MESSAGES)
        newest = without_replaced([message for message in found if message.run_id != run.id])
        attached = [
            attachment.file_id
            for message in newest
            for attachment in message.attachments or ()
            if attachment.file_id
        ]
        files = [file for id_ in dict.fromkeys(attached) if (file := await self._files.find(id_))]
        return Scene(loaded.assistant, await self._threads.get(run.thread_id), newest, files)

    def _observe(self, observers: list[ActiveRun], event: Event) -> None:
        for active in observers:
            self._hooks.notify(hookspecs.observe_event, active, event)

    def invoke(self, loaded: LoadedAssistant) -> Invoke:
        """Who answers: the hooks around the assistant's code, or around the default loop."""
        program = loaded.program

        def innermost(run: RunProtocol) -> AsyncIterator[Part]:
            if program is not None and "invoke" in program.exports:
                return program.invoke(run)
            return run.stream("next", {})

        return self._hooks.wrap_stream(hookspecs.invoke_assistant, innermost)

    def _model_calls(self, choice: ModelChoice, run: Run) -> ModelCalls:
        asked = {name: value for name in _SAMPLING if (value := getattr(run, name)) is not None}
        asked |= (run.model_extra or {}).get("parameters", {})
        return ModelCalls(
            self._providers,
            model=run.model,
            provider=choice.provider,
            defaults={**choice.parameters, **asked},
            settings=choice.settings,
        )


def _instructions(loaded: LoadedAssistant, options: RunOptions) -> str:
    own = options.instructions
    if own is None:
        own = expand_instructions(loaded.assistant.instructions or "", time.time())
    return "\n\n".join(part for part in (own, options.additional_instructions) if part)


def _max_steps(loaded: LoadedAssistant) -> int:
    asked = (loaded.assistant.model_extra or {}).get("max_steps")
    return asked if isinstance(asked, int) and asked > 0 else MAX_STEPS
