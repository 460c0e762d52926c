"""Host: one data root, opened; the way in for apps, the command line and the server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, Self

from understudy.durability import chosen_durability, store_options
from understudy.errors import Invalid, PluginError, UnderstudyError
from understudy.events import Event
from understudy.folder import AssistantFolder
from understudy.folder.problems import Problem
from understudy.library.assistants import Assistants
from understudy.library.embedding import Embedding
from understudy.library.files import Files
from understudy.library.loading import Loader
from understudy.library.messages import Content, Messages
from understudy.library.models import Models
from understudy.library.resources import Resources
from understudy.library.threads import Threads
from understudy.library.uploads import Uploads
from understudy.library.vector_store_files import VectorStoreFiles
from understudy.library.vector_stores import VectorStores
from understudy.objects import Assistant, File, Message, RunOptions, Thread, validated
from understudy.objects.run import AdditionalMessage
from understudy.permissions.permissions import Permissions
from understudy.plugins import Plugins
from understudy.providers import Providers
from understudy.reply import Reply, unanswered
from understudy.root import builtin_assistants, default_root
from understudy.runs.engine import Resume, Runs
from understudy.runs.execution import Execution
from understudy.runs.finding import RunFinder
from understudy.runs.recording import Recording
from understudy.runs.replay import Replays
from understudy.runs.scratch import Scratch, Scratches
from understudy.runs.staging import Stage
from understudy.store import Durability, Store
from understudy.streams import closing

DEFAULT_STORE = "files"
_CACHE = (".understudy", "cache")
_NO_MESSAGE = "Can't add messages to {thread} while a run {run} is active."
Upload = str | os.PathLike[str] | File
_STORE_METHODS = [name for name in vars(Store) if not name.startswith("_")]


class Host:
    """An open data root.

        async with Host("~/assistants") as host:
            reply = await host.run("math-tutor", "What is 2^100?")
            print(reply.text)

    `root` defaults to `UNDERSTUDY_ROOT`, or the platform's data folder. `store` is a Store, or
    the name of a store plugin. `durability="fast"` does not wait for the disk: a power cut may take
    back what was acknowledged (default: `UNDERSTUDY_DURABILITY`, or `full`). `plugins` are hook
    plugins of the app's own: modules or objects. `providers` are further plugins by group and name,
    such as `{"tools": {"clock": Clock}}`. `resume` says what becomes of runs whose process died:
    `all`, `asked`, `none` or `leave` (docs/runs.md).
    """

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        *,
        store: Store | str = DEFAULT_STORE,
        durability: Durability | None = None,
        plugins: Iterable[object] = (),
        providers: Mapping[str, Mapping[str, object]] | None = None,
        settings: Mapping[str, Any] | None = None,
        resume: Resume = "asked",
    ) -> None:
        self.root = Path(root).expanduser() if root is not None else default_root()
        if self.root.exists() and not self.root.is_dir():
            raise Invalid(f"The data root {self.root} is not a folder.", param="root")
        self.plugins = Plugins(extra=plugins, settings=settings)
        for group, named in (providers or {}).items():
            for name, provider in named.items():
                self.plugins.add(_group(group), name, provider)
        self.durability: Durability = chosen_durability(durability)
        self.store: Store = self._open_store(store) if isinstance(store, str) else store
        self._providers = Providers(self.plugins)
        hooks = self.plugins.hooks()
        embedding = Embedding(self.root, self._providers)
        cache = self.root.joinpath(*_CACHE)
        self.permissions = Permissions(self.root, self.store, builtin_assistants())
        loader = Loader(self.store, hooks, self._providers, embedding, self.permissions, cache)
        self.assistants = Assistants(self.store, loader, builtin_assistants(), self.permissions)
        self.files = Files(self.store)
        self.uploads = Uploads(self.store, self.files)
        self.threads = Threads(self.store, self.assistants.homes)
        self.vector_stores = VectorStores(
            self.store,
            self.files,
            lambda: self._providers.index(self.root),
            embedding,
            hooks,
        )
        self.vector_store_files = VectorStoreFiles(self.store, self.vector_stores, self.files)
        stage = Stage(
            self.store,
            self._providers,
            hooks,
            self.assistants,
            self.threads,
            self.files,
            self.vector_store_files,
            embedding,
        )
        self._attachments = stage.attachments
        models = Models(self.store)
        self.runs = Runs(self.store, self.threads, stage, models, resume=resume)
        self._scratches = Scratches(stage, models)
        memory = self.plugins.provider
        self.replays = Replays(stage, models, lambda: memory("stores", "memory")(self.root))

    def _open_store(self, name: str) -> Store:
        factory = self.plugins.provider("stores", name)
        store: Store = factory(self.root, **store_options(factory, self.durability))
        missing = [method for method in _STORE_METHODS if not hasattr(store, method)]
        if missing:
            message = f"the store `{name}` is no Store: it lacks {', '.join(missing)}"
            raise PluginError(message, plugin=name, hook="open", hint="See docs/plugins.md.")
        return store

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop what runs, close what is open. The host is not used afterwards."""
        async with AsyncExitStack() as stack:
            opened = (
                self.store,
                self._providers,
                self.vector_stores,
                self.assistants,
                self.runs,
                self._scratches,
            )
            for closing in opened:
                stack.push_async_callback(closing.close)

    async def stop(self) -> None:
        """Stop what runs: it ends as cancelled. A run that waits for its client goes on waiting."""
        await asyncio.gather(self.runs.close(), self._scratches.close())

    async def resume(self, *, every: float | None = None) -> None:
        """Take up the runs whose process has died. `every`: again after so many seconds, for ever.

        Processes that share a data root share the work: nobody takes up what another one does.
        """
        await self.runs.resume()
        while every is not None:
            await asyncio.sleep(every)
            await self.runs.resume()

    # -- the main job

    async def run(
        self,
        assistant: str,
        question: Content,
        *,
        thread: str | None = None,
        files: Iterable[Upload] = (),
        **options: Any,
    ) -> Reply:
        """Ask an assistant and wait for its reply. Raises what made the run fail.

        `thread` goes on with an earlier thread. `options` are those of `RunOptions`
        (instructions, model, temperature …). If the assistant calls a function that only an app
        can make, that is an error: `start` gives a run that can be answered.
        """
        execution = await self.start(assistant, question, thread=thread, files=files, **options)
        try:
            async with closing(execution.events()) as events:
                async for event in events:
                    if event.name == "thread.run.requires_action":
                        raise unanswered(execution.run)
            return (await self.reply(execution)).check()
        finally:
            await execution.stop()

    async def stream(
        self,
        assistant: str,
        question: Content,
        *,
        thread: str | None = None,
        files: Iterable[Upload] = (),
        **options: Any,
    ) -> AsyncIterator[Event]:
        """Ask an assistant; yields the run's events as they happen. Leaving early cancels it.

        A run that fails ends with `thread.run.failed`. After `thread.run.requires_action` the
        stream stands still until the run gets its outputs (`host.runs.submit_tool_outputs`).
        """
        execution = await self.start(assistant, question, thread=thread, files=files, **options)
        try:
            async with closing(execution.events()) as events:
                async for event in events:
                    yield event
        finally:
            await execution.stop()

    async def start(
        self,
        assistant: str,
        question: Content,
        *,
        thread: str | None = None,
        files: Iterable[Upload] = (),
        **options: Any,
    ) -> Execution:
        """Ask an assistant and return the run that has begun."""
        asked = validated(RunOptions, options)
        files = [files] if isinstance(files, str | os.PathLike) else list(files)
        tools: list[dict[str, str]] = []
        if files:  # the assistant is looked for before anything is stored for it
            tools = _reading_tools((await self.assistants.folder(assistant)).assistant)
        attachments = [{"file_id": (await self.upload(file)).id, "tools": tools} for file in files]
        message = {"role": "user", "content": question, "attachments": attachments}
        asked.additional_messages.insert(0, validated(AdditionalMessage, message))
        thread_id = thread or (await self.new_thread(assistant)).id
        try:
            return await self.runs.create(thread_id, assistant, asked)
        except UnderstudyError:
            if thread is None:  # nobody would ever learn of the empty thread
                await self.threads.delete(thread_id)
            raise

    async def reply(self, execution: Execution) -> Reply:
        """Wait for a run and collect what the assistant wrote in it."""
        run = await execution.wait()
        page = await (await self.messages(run.thread_id)).page(limit=100)
        written = [message for message in reversed(page.items) if message.run_id == run.id]
        return Reply(run, tuple(written), execution.error)

    def scratch(self) -> AbstractAsyncContextManager[Scratch]:
        """Threads and runs that are kept nowhere: they end with the block.

        The assistants, their code and tools, the files and the models are the host's own.
        """
        return self._scratches.open(self.plugins.provider("stores", "memory")(self.root))

    async def branch(self, run_id: str, number: int) -> Execution:
        """Do what a run did up to the event `number` again, from its journal, then go on live.

        The new run has a copy of the thread; `number` 0 is the run's beginning. Raises `NotFound`,
        or `Invalid` if the run is not over, has no such event, or its assistant has errors.
        """
        return await self.runs.branch(await self.recording(run_id), number)

    async def recording(self, run_id: str) -> Recording:
        """What a run began with, what its effects gave, and what came of it; to play it again.

        Raises `NotFound`, or `Invalid` if it cannot be replayed.
        """
        path = await RunFinder(self.store, self.threads).find(run_id)
        return await Recording.read(self.store, self.threads, path)

    # -- its parts

    async def new_thread(self, assistant: str | None = None, **fields: Any) -> Thread:
        """Make a thread, where the assistant keeps its threads. Raises `NotFound`."""
        if assistant is None:
            return await self.threads.create(**fields)
        folder = await self.assistants.folder(assistant)
        return await self.threads.create(home=folder.home, **fields)

    async def messages(self, thread_id: str) -> Messages:
        """The messages of a thread. Raises `NotFound`."""
        return await self.threads.messages(thread_id)

    async def say(self, thread_id: str, content: Content, **fields: Any) -> Message:
        """Add a user's message to a thread. Raises `Conflict` while a run is active on it."""
        messages = await self.messages(thread_id)
        thread = await self.threads.locate(thread_id)
        async with self.runs.idle(thread, refusal=_NO_MESSAGE):
            message = messages.draft(content, **fields)
            await self._attachments.check([message])
            await self._attachments.settle(message)  # what fails here leaves no message behind
            await messages.append(message)
            return message

    async def delete_thread(self, thread_id: str) -> None:
        """Remove a thread; a run on it is stopped first. Raises `NotFound`."""
        newest = await self.runs.page(thread_id, limit=1)
        for run in newest.items:
            await self.runs.stop(thread_id, run.id)
        await self.threads.delete(thread_id)

    async def settle_resources(self, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Tool resources that hold ids only: vector stores that they ask for are made."""
        return await Resources(self.vector_store_files).settle(given)

    async def delete_file(self, file_id: str) -> None:
        """Remove a file, from all vector stores too. Raises `NotFound`."""
        await self.files.get(file_id)
        await self.vector_store_files.remove_everywhere(file_id)
        await self.files.delete(file_id)

    async def upload(self, file: Upload) -> File:
        """Store a local file. One that was stored and has not changed since is the same file."""
        return file if isinstance(file, File) else await self.uploads.file(file)

    async def all_assistants(self) -> list[Assistant]:
        """The assistants that can be read: the data root's own, then the built-in ones."""
        folders: list[AssistantFolder] = []
        after: str | None = None
        while True:
            page = await self.assistants.page(limit=100, after=after)
            folders += page.items
            if not page.has_more:
                break
            after = page.items[-1].id
        folders += self.assistants.builtin()
        return [folder.assistant for folder in folders if folder.assistant]

    async def models(self) -> Sequence[str]:
        """The models that the default provider can ask now; empty if nothing answers."""
        return await self._providers.model(None).models({})

    async def validate(self, assistant: str) -> list[Problem]:
        """Load an assistant and say all that is wrong with it. Raises `NotFound`."""
        async with self.assistants.loaded(assistant) as loaded:
            return list(loaded.problems)


def _group(name: str) -> Any:
    from understudy.plugins import KINDS

    if name not in KINDS:
        raise Invalid(f'there is no group of plugins "{name}"', hint=f"Known: {', '.join(KINDS)}.")
    return name


def _reading_tools(assistant: Assistant | None) -> list[dict[str, str]]:
    """The tools of an assistant to which files are handed over; others find them by themselves."""
    listed = {tool.type for tool in assistant.tools} if assistant else set()
    return [{"type": kind} for kind in ("file_search", "code_interpreter") if kind in listed]
