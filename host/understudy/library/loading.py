"""Loading an assistant: its folder, the hooks, its code, its tools, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Literal, TypeVar

from understudy import hookspecs
from understudy.dispatch import Hooks
from understudy.errors import Invalid, PluginError, ScriptError, UnderstudyError
from understudy.folder import AssistantFolder, validate_folder
from understudy.folder.problems import Problem
from understudy.library.approving import approval_problems
from understudy.library.companion import Companion
from understudy.library.embedding import Embedding
from understudy.library.toolbox import Toolbox
from understudy.network.access import Network
from understudy.objects import Assistant, ToolEntry
from understudy.permissions.approvals import Approvals
from understudy.permissions.permissions import Permissions
from understudy.permissions.secrets import of_tool
from understudy.permissions.standing import Standing, in_words
from understudy.providers import Providers
from understudy.runtimes import Limits, Program, Source
from understudy.store import Path, Store
from understudy.tools import Tool, ToolContext

T = TypeVar("T")
DEFAULT_RUNTIME = "v8"
_SHOWN = 10
_MOST_PROBLEMS = 100
"""Of what code finds wrong with itself."""


@dataclass(slots=True)
class LoadedAssistant:
    """An assistant with its code and tools, and everything that is wrong with it."""

    assistant: Assistant
    folder: AssistantFolder
    toolbox: Toolbox
    standing: Standing
    network: Network
    companion: Companion
    program: Program | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """Where this assistant's threads lie."""
        return self.folder.home

    def require_valid(self) -> None:
        """Raise `Invalid` if there are errors; warnings do not matter."""
        errors = [problem for problem in self.problems if problem.severity == "error"]
        if errors:
            listed = "\n".join(
                f"  {problem}" + (f"\n    {problem.hint}" if problem.hint else "")
                for problem in errors[:_SHOWN]
            )
            raise Invalid(
                f"The assistant `{self.assistant.id}` cannot run:\n{listed}",
                hint=f"`understudy validate {self.assistant.id}` shows more.",
            )

    async def close(self) -> None:
        """Close the tools, the code, its connections and its process."""
        await self.toolbox.close()
        await self.companion.close()
        await self.network.close()
        if self.program is not None:
            await self.program.close()


class Loader:
    """Loads assistants. Whatever fails becomes a problem of that assistant."""

    def __init__(
        self,
        store: Store,
        hooks: Hooks,
        providers: Providers,
        embedding: Embedding,
        permissions: Permissions,
        cache: FilePath | None = None,
    ) -> None:
        self._permissions = permissions
        self._store = store
        self._embedding = embedding
        self._hooks = hooks
        self._providers = providers
        self._cache = cache

    async def load(self, folder: AssistantFolder) -> LoadedAssistant:
        """Load what lies in a folder."""
        problems = list(folder.problems)
        assistant = folder.assistant or Assistant(id=folder.id)
        assistant = self._hooks.fold(hookspecs.load_assistant, assistant)
        standing = await self._permissions.standing(folder)
        problems += _undecided(standing)
        program = await self._attempt(self._open(folder, standing), problems)
        if program is not None and "load" in program.exports:
            changed = await self._attempt(program.load(assistant.wire()), problems)
            assistant = _changed(assistant, changed, problems)
        toolbox = await self._toolbox(
            assistant, assistant.tools, folder, standing, program, problems
        )
        network = Network(standing)
        loaded = LoadedAssistant(
            assistant,
            folder,
            toolbox,
            standing,
            network,
            Companion(folder, standing, network, self._providers),
            program,
            problems,
        )
        problems += await self._validate(loaded)
        return loaded

    async def with_tools(
        self, loaded: LoadedAssistant, entries: Sequence[ToolEntry]
    ) -> LoadedAssistant:
        """The same assistant with other tools, for one run. Close its toolbox alone."""
        problems: list[Problem] = []
        assistant = loaded.assistant.model_copy(update={"tools": list(entries)})
        toolbox = await self._toolbox(
            assistant, entries, loaded.folder, loaded.standing, loaded.program, problems
        )
        return replace(loaded, assistant=assistant, toolbox=toolbox, problems=problems)

    async def _open(self, folder: AssistantFolder, standing: Standing) -> Program | None:
        if folder.main is None or folder.path is None:
            return None
        asked = folder.package.get("understudy")
        name = asked.get("runtime") if isinstance(asked, Mapping) else None
        runtime = self._providers.runtime(name or DEFAULT_RUNTIME)
        limits = _limits(asked if isinstance(asked, Mapping) else {})
        source = Source(folder.id, folder.path, folder.main, folder.package, limits, standing.grant)
        return await runtime.open(source)

    async def _toolbox(
        self,
        assistant: Assistant,
        entries: Sequence[ToolEntry],
        folder: AssistantFolder,
        standing: Standing,
        program: Program | None,
        problems: list[Problem],
    ) -> Toolbox:
        approvals = Approvals.of(folder.file.value.get("approve"), _extra(assistant, "approve"))
        toolbox = Toolbox(self._hooks, program, approvals)
        toolbox.add_entries(entries)
        for entry in entries:
            if self._providers.has_tool(entry.type):
                await self._attempt(self._add_tool(toolbox, entry, folder, standing), problems)
        for answer in await self._hooks.gather(hookspecs.provide_tools, assistant):
            origin = f"plugin `{answer.plugin}`"
            offering = _offer(toolbox, answer.value, origin, answer.plugin)
            await self._attempt(offering, problems)
        return toolbox

    async def _add_tool(
        self, toolbox: Toolbox, entry: ToolEntry, folder: AssistantFolder, standing: Standing
    ) -> None:
        standing.require_secrets(of_tool(entry.wire()))
        context = ToolContext(
            folder.id,
            entry.wire(),
            folder.path,
            self._store,
            self._cache,
            self._embedding.named,
            standing.grant,
        )
        toolbox.add_tool(
            self._providers.tool(entry.type, context), f"tool `{entry.type}`", entry.type
        )

    async def _validate(self, loaded: LoadedAssistant) -> list[Problem]:
        providers = self._providers
        found = validate_folder(
            loaded.folder, providers.tools(), loaded.assistant, providers.tool_refusal
        )
        found += [
            replace(answer.value, plugin=answer.plugin)
            for answer in self._hooks.collect(hookspecs.validate_assistant, loaded.assistant)
        ]
        found += approval_problems(loaded.folder.file, loaded.toolbox)
        program = loaded.program
        if program is not None and "validate" in program.exports:
            said = await self._attempt(program.validate(loaded.assistant.wire()), found)
            found += [_problem(item, loaded.folder) for item in (said or ())[:_MOST_PROBLEMS]]
        return found

    async def _attempt(self, work: Awaitable[T], problems: list[Problem]) -> T | None:
        try:
            return await work
        except UnderstudyError as error:
            problems.append(_as_problem(error))
            return None


def _undecided(standing: Standing) -> list[Problem]:
    """A warning about what it asks for and has not been allowed: it runs, but without that."""
    if standing.grant.trusted or not standing.is_open:
        return []
    wishes = "; ".join(in_words(standing.asked))
    what = "has changed since it was allowed something; now it" if standing.changes else "it"
    message = f"{what} asks for what has not been allowed: to {wishes}"
    hint = f"`{standing.command}` shows it, and asks whether to allow it."
    return [Problem("not-allowed", message, "package.json", hint=hint, severity="warning")]


async def _offer(toolbox: Toolbox, tool: Tool, origin: str, plugin: str) -> None:
    toolbox.add_tool(tool, origin, plugin)


def _extra(assistant: Assistant, name: str) -> Any:
    return (assistant.model_extra or {}).get(name)


def _limits(asked: Mapping[str, Any]) -> Limits:
    """package.json's `{"understudy": {"limits": {"turn_seconds": 1, "memory_mb": 64}}}`.

    Raises `Invalid`. The code asks for itself: it gets less than usual, never more.
    """
    usual, given = Limits(), asked.get("limits") or {}
    try:
        seconds = float(given.get("turn_seconds", usual.turn_seconds))
        memory = float(given.get("memory_mb", usual.memory_bytes / 2**20))
    except (AttributeError, TypeError, ValueError):
        seconds = memory = 0
    if seconds <= 0 or memory <= 0:
        raise Invalid(
            'package.json: "limits" must be such as {"turn_seconds": 5, "memory_mb": 64}.',
            param="understudy.limits",
        )
    return Limits(min(seconds, usual.turn_seconds), min(int(memory * 2**20), usual.memory_bytes))


def _changed(
    assistant: Assistant, changes: Mapping[str, Any] | None, problems: list[Problem]
) -> Assistant:
    if changes is None:
        return assistant
    try:
        return Assistant.read({**changes, "id": assistant.id})
    except Invalid as error:
        message = f"`load` returned an assistant that cannot be used: {error}"
        problems.append(Problem("bad-load", message, file="src/index.js"))
        return assistant


def _as_problem(error: UnderstudyError) -> Problem:
    if isinstance(error, ScriptError):
        parts = (error.file, error.line, error.column)
        place = ":".join(str(part) for part in parts if part is not None) + ": "
        message = str(error).removeprefix(place)  # a problem says its place itself
        return Problem(
            f"script-{error.kind}", message, error.file, error.line, error.column, error.hint
        )
    plugin = error.plugin if isinstance(error, PluginError) else None
    return Problem(type(error).__name__.lower(), str(error), hint=error.hint, plugin=plugin)


def _problem(said: Any, folder: AssistantFolder) -> Problem:
    """A problem as index.js's `validate` says it: text, or an object with a `message`."""
    main = folder.main.as_posix() if folder.main else None
    if not isinstance(said, Mapping):
        return Problem("code", str(said), file=main)
    severity: Literal["error", "warning"] = "error"
    if said.get("severity") == "warning":
        severity = "warning"
    return Problem(
        str(said.get("code", "code")),
        str(said.get("message", said)),
        file=str(said.get("file", main)),
        hint=said.get("hint"),
        severity=severity,
    )
