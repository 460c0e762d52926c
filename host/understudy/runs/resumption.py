"""A run that is taken up: what may be done again, where its present begins, when it is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from understudy.errors import UnderstudyError
from understudy.runs import fetch
from understudy.runs.tool_use import ToolUse
from understudy.runs.transcript import Transcript

JSON = dict[str, Any]
_SAFE: Final = frozenset(
    {"model", "model.available", "search", "log", "timer", "client_tools", "approval"}
    | {"embed", "files.read", "files.list"}
)
"""Asking again costs time or money, and changes nothing."""


@dataclass(slots=True)
class Ending:
    """What is known of a run's end before it comes."""

    incomplete_reason: str | None = None
    last_error: Exception | None = None
    """The newest failure of an effect: code that lets it pass need not say what it was."""
    given_up: UnderstudyError | None = None
    """Why the run cannot go on, whatever its code does."""
    interrupt: Callable[[], None] = lambda: None
    """Stops the run's work."""


class Resumption:
    """See `understudy.runs.effects.Resumption`."""

    def __init__(self, tools: ToolUse, transcript: Transcript, ending: Ending) -> None:
        self._tools = tools
        self._transcript = transcript
        self._ending = ending

    def may_repeat(self, kind: str, payload: JSON) -> bool:
        """Whether what was under way when the process died may be made again."""
        if kind == "tool":
            return self._tools.may_repeat(str(payload.get("name")))
        return kind in _SAFE or (kind == "fetch" and fetch.only_reads(payload))

    async def arrive(self) -> None:
        """Everything from here on happens now."""
        await self._transcript.arrive()

    async def give_up(self, error: UnderstudyError) -> None:
        """End the run with this reason: not even code that catches errors goes on."""
        self._ending.given_up = self._ending.given_up or error
        self._ending.interrupt()
        await asyncio.get_running_loop().create_future()
