"""The Runtime protocol: how an assistant's own code is run.

A runtime is an entry point in the group `understudy.runtimes`; the object is a class or function
without arguments. An assistant with JavaScript uses `v8`; package.json may name another in
`{"understudy": {"runtime": "lua"}}`.

The code is a plugin whose scope is one assistant: `load`, `validate`, `invoke`, `toolCall` and
`tools` are its exports, all optional.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from understudy.permissions.grant import NOTHING, Grant
from understudy.tools import Function, ToolCall

if TYPE_CHECKING:
    from understudy.runs.run import Part, Run


@dataclass(frozen=True, slots=True)
class Limits:
    """What code may use.

    `turn_seconds`: running without a pause (waiting for the model or a tool does not count).
    `memory_bytes`: the JavaScript heap.
    """

    turn_seconds: float = 10.0
    memory_bytes: int = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Source:
    """An assistant's code: its folder and, below it, the file where it starts.

    `grant` is what the user has allowed it: code that is not `trusted` runs in a process of its
    own, which can be ended whatever it does. `added` are files that the folder does not hold, as
    name and text: code of a plugin's, that runs together with the assistant's.
    """

    assistant_id: str
    folder: Path
    main: Path
    package: Mapping[str, Any] = field(default_factory=dict, hash=False)
    limits: Limits = Limits()
    grant: Grant = NOTHING
    added: Mapping[str, str] = field(default_factory=dict, hash=False)


class Program(Protocol):
    """An assistant's code, loaded. Errors of the code are `ScriptError`."""

    exports: frozenset[str]
    """Which of `load`, `validate`, `invoke`, `toolCall`, `tools` there are."""
    functions: Sequence[Function]
    """The exported `tools`."""

    async def load(self, assistant: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """`load(assistant)`: a changed assistant, or None."""
        ...

    async def validate(self, assistant: Mapping[str, Any]) -> Sequence[Any]:
        """`validate(assistant)`: problems, each text or an object with a `message`."""
        ...

    def invoke(self, run: Run) -> AsyncIterator[Part]:
        """`invoke(run)`: what it yields, as it is yielded. Closing the iterator stops it."""
        ...

    async def execute(self, call: ToolCall) -> Any:
        """`execute(args, call)` of the exported tool that the call names: a JSON value."""
        ...

    async def tool_call(self, call: ToolCall, proceed: Callable[[ToolCall], Awaitable[Any]]) -> Any:
        """`toolCall(call, next)`: around a tool call."""
        ...

    async def close(self) -> None:
        """Stop everything and let go. Returns within seconds whatever the code does."""
        ...


class Runtime(Protocol):
    """Something that can load code."""

    async def open(self, source: Source) -> Program:
        """Load the code: read the files, evaluate the modules. Raises `ScriptError`."""
        ...

    async def close(self) -> None:
        """Close what is still open, idle pools too."""
        ...


RuntimeFactory = Callable[[], Runtime]
