"""Assistants and runs as OpenAI's clients understand them.

A folder may list tools that OpenAI never had (`rag`, those of plugins), and a run holds what other
doors and versions note on it. Clients that are strict about types refuse a whole list for one of
these. They send `OpenAI-Beta`, as OpenAI asks; whoever does not sees the folder's own words.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request

from understudy import Assistant, Event, Run
from understudy.objects import ToolEntry
from understudy.streams import closing
from understudy_server.guard import BETA

JSON = dict[str, Any]
_KNOWN: Final = frozenset({"function", "file_search", "code_interpreter"})
_SEARCHES: Final = frozenset({"rag", "retrieval"})
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")
_NOTES: Final = ("origin", "parameters")
"""What a run holds for other doors."""
FIRST: Final = b"assistants=v1"


def asks_first(request: Request) -> bool:
    """Whether a client asks for the API's first version."""
    return bool(request.scope[BETA] == FIRST)


def speaks_openai(request: Request) -> bool:
    """Whether a client knows OpenAI's types and no others."""
    return request.scope[BETA] is not None


def shown_tool(tool: JSON) -> JSON:
    """A tool in OpenAI's words: one that searches files is `file_search`, any other a function."""
    kind = tool["type"]
    if kind in _KNOWN:
        return tool
    if kind in _SEARCHES:
        return {"type": "file_search"}
    return {"type": "function", "function": {"name": _NO_NAME.sub("_", kind)[:64]}}


def shown_assistant(assistant: Assistant) -> JSON:
    """An assistant in OpenAI's words."""
    value = assistant.wire()
    tools = [shown_tool(tool) for tool in value["tools"]]
    return value | {"tools": tools, "model": value["model"] or "*"}


def own_tools(asked: Sequence[JSON], own: Iterable[ToolEntry]) -> list[JSON]:
    """Tools that a client sent: those that it was shown of a folder are the folder's own again."""
    left = [tool.wire() for tool in own]
    return [_own_tool(tool, left) for tool in asked]


def _own_tool(asked: JSON, left: list[JSON]) -> JSON:
    for tool in left:
        if shown_tool(tool) == asked:
            left.remove(tool)
            return tool
    return asked


def shown_run(run: Run | Mapping[str, Any], request: Request) -> JSON:
    """A run without the notes of others; in OpenAI's words for those who know no others."""
    value = run.wire() if isinstance(run, Run) else run
    hidden = _NOTES if asks_first(request) else (*_NOTES, "file_ids")
    shown = {name: item for name, item in value.items() if name not in hidden}
    if not speaks_openai(request):
        return shown
    tools = [shown_tool(tool) for tool in value["tools"]]
    return shown | {"tools": tools, "tool_choice": _shown_choice(value["tool_choice"])}


def _shown_choice(choice: Any) -> Any:
    return shown_tool(choice) if isinstance(choice, dict) else choice


def shown_events(events: AsyncIterator[Event], run: Run, request: Request) -> AsyncIterator[Event]:
    """A run's events, in which the run is shown as `shown_run` does."""
    value = run.wire()
    return events if shown_run(value, request) == value else _translated(events, request)


async def _translated(events: AsyncIterator[Event], request: Request) -> AsyncIterator[Event]:
    async with closing(events) as following:
        async for event in following:
            is_run = event.data.get("object") == "thread.run"
            data = shown_run(event.data, request) if is_run else event.data
            yield Event(event.n, event.name, data)
