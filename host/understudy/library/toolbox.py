"""An assistant's tools: what the host can call, and what it must ask the client to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from understudy import hookspecs
from understudy.dispatch import Hooks
from understudy.errors import Invalid, NotFound, PluginError, ToolError, UnderstudyError
from understudy.objects import FunctionDefinition, ToolEntry
from understudy.permissions.approvals import Approvals, Approved
from understudy.runtimes import Program
from understudy.tools import Function, Tool, ToolCall

JSON = dict[str, Any]
_log = logging.getLogger("understudy.plugins")
Caller = Callable[[ToolCall], Awaitable[Any]]
CODE = "index.js"
"""What the assistant's own code is called, where a plugin has its name."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A function that the host can call, and where it comes from (`origin`: for messages)."""

    function: Function
    make: Caller
    origin: str
    plugin: str

    async def call(self, call: ToolCall) -> Any:
        """Make a call. What a tool gets wrong is told with the tool's name."""
        try:
            return await self.make(call)
        except UnderstudyError:
            raise
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            raise self._failed(call, error) from error
        except (Exception, SystemExit) as error:
            raise self._failed(call, error) from error

    def _failed(self, call: ToolCall, error: BaseException) -> PluginError:
        what = f"{self.origin} failed in `{call.name}`: {type(error).__name__}: {error}"
        return PluginError(what, plugin=self.origin, hook="call")


NO_APPROVALS = Approvals()


class Toolbox:
    """The functions of one assistant, by name."""

    def __init__(
        self, hooks: Hooks, program: Program | None, approvals: Approvals = NO_APPROVALS
    ) -> None:
        self._hooks = hooks
        self._approvals = approvals
        self._program = program
        self._offers: dict[str, Offer] = {}
        self._asked: dict[str, FunctionDefinition] = {}
        self._tools: list[Tool] = []
        if program is not None:
            for function in program.functions:
                self._add(Offer(function, program.execute, CODE, CODE))

    def add_tool(self, tool: Tool, origin: str, plugin: str) -> None:
        """Take in a tool; the toolbox closes it. Raises `Invalid` if a name is taken."""
        try:
            offers = [Offer(function, tool.call, origin, plugin) for function in tool.functions]
        except (AttributeError, TypeError) as error:
            raise Invalid(f"{origin} is no tool: {error}.") from error
        self._tools.append(tool)
        for offer in offers:
            self._add(offer)

    def add_entries(self, entries: Iterable[ToolEntry]) -> None:
        """Take in the `function` entries of assistant.json: those nobody implements are asked."""
        for entry in entries:
            if entry.function is not None and entry.type == "function":
                self._asked[entry.function.name] = entry.function

    def _add(self, offer: Offer) -> None:
        taken = self._offers.get(offer.function.name)
        if taken is not None:
            raise Invalid(
                f"Two tools offer a function `{offer.function.name}`: "
                f"{taken.origin} and {offer.origin}.",
                hint="Remove one of them from the assistant's tools, or rename its function.",
            )
        self._offers[offer.function.name] = offer

    @property
    def functions(self) -> Sequence[Function]:
        """What the host can call."""
        return [offer.function for offer in self._offers.values()]

    def searches(self) -> frozenset[str]:
        """The functions whose calls run steps show as searches."""
        return frozenset(
            function.name for function in self.functions if function.shown_as == "file_search"
        )

    def is_mine(self, name: str) -> bool:
        """Whether the host can call it."""
        return name in self._offers

    def is_idempotent(self, name: str) -> bool:
        """Whether a call may be made twice; one of no tool does nothing."""
        offer = self._offers.get(name)
        return offer is None or offer.function.idempotent

    def is_asked(self, name: str) -> bool:
        """Whether the client must be asked for it."""
        return name in self._asked and name not in self._offers

    def needs_approval(self, name: str) -> bool:
        """Whether somebody must approve a call before it is made here."""
        offer = self._offers.get(name)
        return offer is not None and self._approvals.cover(name, offer.plugin)

    def unknown_approvals(self) -> list[tuple[str, str]]:
        """What `approve` names and is not here, each with a suggestion or nothing."""
        offered = [(name, offer.plugin) for name, offer in self._offers.items()]
        asked = [(name, CODE) for name in self._asked]
        return list(self._approvals.unknown([*offered, *asked]))

    def vocabulary(self) -> list[JSON]:
        """All functions as the model is told of them."""
        asked = [
            {"type": "function", "function": definition.model_dump(exclude_none=True)}
            for name, definition in self._asked.items()
            if name not in self._offers
        ]
        return [*(_told(offer.function) for offer in self._offers.values()), *asked]

    async def call(self, call: ToolCall, approved: Approved | None = None) -> Any:
        """Make a call: through the plugins' hooks, then index.js's `toolCall`, to the tool.

        `approved` is the call that somebody has approved. Raises `ToolError` if hooks or code make
        another one of it that needs approval, too.
        """
        offer = self._offers.get(call.name)
        if offer is None:
            known = ", ".join(sorted(self._offers)) or "none"
            raise NotFound(f"There is no tool `{call.name}` here; there are: {known}.")
        make = self._guarded(offer, approved)
        layered = self._hooks.wrap_call(hookspecs.call_tool, self._through_code(make))
        return await layered(call)

    def _guarded(self, offer: Offer, approved: Approved | None) -> Caller:
        async def make(call: ToolCall) -> Any:
            is_approved = approved is not None and approved.is_for(call.name, call.arguments)
            if not is_approved and self._approvals.cover(call.name, offer.plugin):
                raise ToolError(f"This is not the call of `{call.name}` that was approved.")
            return await offer.call(call)

        return make

    def _through_code(self, make: Caller) -> Caller:
        program = self._program
        if program is None or "toolCall" not in program.exports:
            return make

        async def inner(call: ToolCall) -> Any:
            return await program.tool_call(call, make)

        return inner

    async def close(self) -> None:
        """Close the tools. One that fails keeps nobody else from being closed."""
        for tool in self._tools:
            try:
                await tool.close()
            except Exception:
                _log.exception("a tool could not be closed: %s", type(tool).__name__)


def _is_cancelled() -> bool:
    """Whether it is us who are cancelled, and not something that a tool waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _told(function: Function) -> JSON:
    told: JSON = {
        "name": function.name,
        "description": function.description,
        "parameters": dict(function.parameters),
    }
    if function.strict is not None:
        told["strict"] = function.strict
    return {"type": "function", "function": told}
