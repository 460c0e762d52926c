"""The tool itself: what the model is told, and what it gets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from understudy.tools import Function, ToolCall, ToolContext
from understudy_rag.ranking import Hit
from understudy_rag.searches import Searches, marker
from understudy_rag.settings import Settings, read_arguments, read_settings
from understudy_rag.shelf import Found, Shelf
from understudy_rag.sources import Source, attached, beside

MAX_SKIPPED: Final = 20

RAG: Final = Function(
    name="rag",
    description=(
        "Search the user's files. Returns the passages that match best, each with a marker; "
        "put the marker behind every statement that rests on that passage."
    ),
    parameters={
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to look for, in a few telling words."},
            "top_k": {"type": "integer", "minimum": 1, "maximum": 50},
        },
        "required": ["query"],
        "additionalProperties": False,
    },
    idempotent=True,
)


class RagTool:
    """Finds passages in the thread's files and in `files/` beside assistant.json."""

    functions: Sequence[Function] = (RAG,)

    def __init__(self, context: ToolContext) -> None:
        self._settings = read_settings(context.assistant_id, context.settings)
        self._folder = context.folder
        self._shelf = Shelf(chunk_size=self._settings.chunk_size, overlap=self._settings.overlap)
        self._searches = Searches()

    async def call(self, call: ToolCall) -> dict[str, Any]:
        """Search. The result has `chunks` (best first), `skipped` files, and the number `searched`.

        With a `retrieval_template` it also has `context`: the template, filled.
        """
        arguments = read_arguments(call.arguments)
        limit = arguments.top_k or self._settings.top_k
        sources = [*attached(call.run), *await asyncio.to_thread(self._beside)]
        found = await self._shelf.search(arguments.query, sources, limit)
        result = _as_json(found, self._searches.next(call.run))
        return result | _context(self._settings, result["chunks"], arguments.query)

    async def close(self) -> None:
        """Forget what was read."""
        self._shelf.clear()

    def _beside(self) -> list[Source]:
        return [] if self._folder is None else list(beside(self._folder / "files"))


def _as_json(found: Found, search: int) -> dict[str, Any]:
    skipped = [{"file": each.file, "reason": each.reason} for each in found.skipped[:MAX_SKIPPED]]
    if (more := len(found.skipped) - MAX_SKIPPED) > 0:
        skipped.append({"file": f"{more} more", "reason": "See the reasons above."})
    return {
        "chunks": [_hit_json(hit, marker(search, at)) for at, hit in enumerate(found.hits)],
        "skipped": skipped,
        "searched": found.searched,
    }


def _hit_json(hit: Hit, mark: str) -> dict[str, Any]:
    chunk = hit.passage.chunk
    return {
        "marker": mark,
        "text": chunk.text,
        "file": hit.passage.file,
        "file_id": hit.passage.file_id,
        "line": chunk.line,
        "end_line": chunk.end_line,
        "heading": chunk.heading,
        "score": round(hit.score, 4),
    }


def _context(settings: Settings, chunks: list[dict[str, Any]], question: str) -> dict[str, str]:
    if settings.retrieval_template is None:
        return {}
    passages = "\n\n".join(f"{chunk['text']} {chunk['marker']}" for chunk in chunks)
    # The question is filled in first: a passage may hold the text "{QUESTION}".
    template = settings.retrieval_template.replace("{QUESTION}", question)
    return {"context": template.replace("{CONTEXT}", passages)}
