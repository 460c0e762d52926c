"""The Tool protocol: what a tool plugin implements.

A tool is an entry point in the group `understudy.tools`. Its name is the `type` that
assistant.json lists; the object is a class or function that takes a `ToolContext`:

    [project.entry-points."understudy.tools"]
    weather = "understudy_weather:Weather"

    class Weather:
        def __init__(self, context: ToolContext) -> None:
            self.functions = [Function("weather", "Weather in a city", {"type": "object", …})]

        async def call(self, call: ToolCall) -> str:
            return f"Sunny in {call.arguments['city']}"

        async def close(self) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from understudy.permissions.grant import NOTHING, Grant

if TYPE_CHECKING:
    from understudy.embeddings import Embedder
    from understudy.runs.run import Run
    from understudy.store import Store


@dataclass(frozen=True, slots=True)
class Function:
    """What the model is told of a function. `parameters` is a JSON schema of an object."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"}, hash=False)
    strict: bool | None = None
    idempotent: bool = False
    """Safe to make again if the host died while the call was under way."""
    shown_as: Literal["function", "file_search"] = "function"
    """What run steps call its calls: a `file_search` shows results instead of an output."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call: the function's name, its arguments, and the run that it belongs to."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(hash=False)
    run: Run = field(hash=False)


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool is made with: the assistant's id, its entry in assistant.json, its folder."""

    assistant_id: str
    entry: Mapping[str, Any] = field(hash=False)
    folder: Path | None
    store: Store = field(hash=False)
    cache: Path | None = None
    """A folder below the data root for what the tool derives, shared by all tools; whatever lies
    there may be deleted at any time. It need not exist."""

    embedder: Callable[[str | None], Embedder | None] = field(
        default=lambda _: None, hash=False, repr=False
    )
    """What makes vectors, if the user wants any: of the model that is named, or, for None, of the
    one named for all. The host closes it."""

    grant: Grant = NOTHING
    """What the assistant has been allowed. A tool that would start programs, or reach the network
    where its entry says, does so for a `trusted` one only."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The entry's `settings`, or an empty mapping."""
        value = self.entry.get("settings")
        return value if isinstance(value, dict) else {}


class Tool(Protocol):
    """A tool: one or more functions that the host can call."""

    functions: Sequence[Function]

    async def call(self, call: ToolCall) -> Any:
        """Do it. The result is text or any JSON value. Raise `ToolError` to tell the model why not.

        Passages that can be cited are an object with `chunks`, each with a `marker` such as
        `【4:0†source】` and a `file_id` (and `text`, `file`, `score`): where the assistant repeats
        a marker, its message gets a citation of that file.

        Cancellation arrives as `asyncio.CancelledError`.
        """
        ...

    async def close(self) -> None:
        """Let go of everything. Called once, when the assistant is closed."""
        ...


ToolFactory = Callable[[ToolContext], Tool]
