"""The hooks: how a plugin takes part in every assistant's life. Read it top to bottom.

    load → validate → invoke ⇄ tool-call

A plugin is a module, or an object, with functions of these names, marked with `@hookimpl`, and an
entry point in the group `understudy.hooks`:

    [project.entry-points."understudy.hooks"]
    polite = "understudy_polite"

    from understudy import hookimpl

    @hookimpl
    def load_assistant(assistant): ...

A function may take fewer arguments than listed here. New arguments come last, with a default.
Plugins are asked in the order of their names; a plugin that must come after another says so in a
module-level `after = ("other",)`. For the two `proceed` hooks, the first plugin is the outermost.

A plugin that raises is reported by name. In `load_assistant`, `validate_assistant`,
`provide_tools`, `rerank_results` and `observe_event` the others go on; in `invoke_assistant` and
`call_tool` the run or the call fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

import pluggy

from understudy.events import Event
from understudy.folder.problems import Problem
from understudy.objects import Assistant, SearchResult
from understudy.runs.run import Part, Run
from understudy.tools import Tool, ToolCall

hookspec = pluggy.HookspecMarker("understudy")
hookimpl = pluggy.HookimplMarker("understudy")


@hookspec
def load_assistant(assistant: Assistant) -> Assistant | None:
    """Change an assistant after its folder was read, before it is validated.

    Return a changed copy, or None to leave it. Each plugin sees what the one before it returned.

        @hookimpl
        def load_assistant(assistant):
            return assistant.model_copy(update={"temperature": 0})
    """
    raise NotImplementedError


@hookspec
def validate_assistant(assistant: Assistant) -> Iterable[Problem] | None:
    """Say what is wrong with an assistant. All plugins are asked, all problems are shown.

    A problem of severity `error` keeps the assistant from running.

        @hookimpl
        def validate_assistant(assistant):
            if not assistant.instructions:
                yield Problem("no-instructions", "there are no instructions", severity="warning")
    """
    raise NotImplementedError


@hookspec
def provide_tools(assistant: Assistant) -> Awaitable[Iterable[Tool]]:
    """Offer tools that are only known at run time, such as those of an MCP server.

    An async function. Tools that assistant.json lists by their type need no hook.

        @hookimpl
        async def provide_tools(assistant):
            return [Clock()]
    """
    raise NotImplementedError


@hookspec
def invoke_assistant(
    run: Run, proceed: Callable[[Run], AsyncIterator[Part]]
) -> AsyncIterator[Part]:
    """Stand around a whole run: see, change, replace or refuse what the assistant answers.

    An async generator. `proceed(run)` is the rest: the plugins behind, then the assistant's
    index.js, or the default loop of model and tools. What is yielded (text, or a content part)
    streams to the client.

        @hookimpl
        async def invoke_assistant(run, proceed):
            async for part in proceed(run):
                yield part.upper() if isinstance(part, str) else part
    """
    raise NotImplementedError


@hookspec
def call_tool(call: ToolCall, proceed: Callable[[ToolCall], Awaitable[Any]]) -> Awaitable[Any]:
    """Stand around every tool call: approval, logging, redaction, timeouts live here.

    An async function that returns the result, usually what `proceed(call)` gave. Raise
    `ToolError` to refuse: the model is shown the message.

        @hookimpl
        async def call_tool(call, proceed):
            async with asyncio.timeout(5):
                return await proceed(call)
    """
    raise NotImplementedError


@hookspec
def rerank_results(
    query: str, results: Sequence[SearchResult]
) -> Awaitable[Sequence[SearchResult] | None]:
    """Put what a search of vector stores found into a better order, after words and vectors.

    An async function. It is given at least 50 results where there are as many, best first; return
    the better list (results may be left out, and have another `score` from 0 to 1), or None to
    leave it. Each plugin sees what the one before it returned; what is asked for is cut from what
    the last one returned. A search with the ranker "none" does without.

        @hookimpl
        async def rerank_results(query, results):
            return sorted(results, key=lambda result: query not in result.text)
    """
    raise NotImplementedError


@hookspec
def observe_event(run: Run, event: Event) -> None:
    """Be told of every event of a run, after it was stored. For logs and meters; must be quick.

    @hookimpl
    def observe_event(run, event):
        print(event.name)
    """
    raise NotImplementedError
