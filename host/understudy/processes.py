"""The Process protocol: an assistant's src/process.js, in an operating-system process of its own.

An engine for it is an entry point in the group `understudy.processes`; the object is a class or
function that takes a `ProcessSource`. The host uses the one called `js`:

    [project.entry-points."understudy.processes"]
    js = "understudy_process:ProcessJS"

The file lies beside the one where the code starts. It is code from outside: it runs only where
`Source.grant.process` says so, and may do no more than the grant says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from understudy.runtimes import Program, Source

LogLevel = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf something is done: a run, and where its log is written."""

    run_id: str
    log: Callable[[LogLevel, str], None] = field(hash=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ProcessSource(Source):
    """The source, and what the host does for process.js; None where it does not.

    `open` loads JavaScript into the host's own runtime. `fetch` is the effect of that name, within
    the grant; its requests are in no run's journal.
    """

    open: Callable[[Source], Awaitable[Program]] | None = field(default=None, hash=False)
    fetch: Callable[[Mapping[str, Any]], AsyncIterator[Any]] | None = field(
        default=None, hash=False
    )


class Process(Protocol):
    """One assistant's process.js. It is started when it is first used, and again when it has died.

    All methods may be called concurrently. They raise `NotAllowed` without the grant, `NotFound`
    if there is no such file or export, `ScriptError` for what the code gets wrong.
    """

    async def call(self, caller: Caller, name: str, args: Sequence[Any]) -> Any:
        """Call an export: a JSON value, of a generator the list of all it yields."""
        ...

    def stream(self, caller: Caller, name: str, args: Sequence[Any]) -> AsyncIterator[Any]:
        """Call an export: what it yields, one by one, made when it is asked for; or its result."""
        ...

    async def send(self, caller: Caller, message: Any) -> None:
        """Hand a message to `process.on("message")`."""
        ...

    def messages(self, caller: Caller) -> AsyncIterator[Any]:
        """What `process.send()` sends: in answer to this caller, or to nobody in particular."""
        ...

    async def close(self) -> None:
        """End the process. Returns within seconds whatever it does."""
        ...


ProcessFactory = Callable[[ProcessSource], Process]
