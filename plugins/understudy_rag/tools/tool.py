"""The tool itself: what the model is told, and what it gets."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from understudy.indexes import Hit
from understudy.runs.run import Run
from understudy.tools import Function, ToolCall, ToolContext
from understudy_rag.tools.attachments import forget_deleted
from understudy_rag.tools.searches import Said, Searches, marker
from understudy_rag.tools.settings import Settings, read_arguments, read_settings
from understudy_rag.tools.shelf import Found, Lot, Shelf, Skipped
from understudy_rag.tools.sources import Source, attached, beside

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
        self._name = context.assistant_id
        self._folder = context.folder
        self._cache = context.cache
        self._embedder = context.embedder
        self._fleeting: tempfile.TemporaryDirectory[str] | None = None
        self._shelf: Shelf | None = None
        self._searches = Searches()
        self._said = Said()

    async def call(self, call: ToolCall) -> dict[str, Any]:
        """Search. The result has `chunks` (best first), `skipped` files, and the number `searched`.

        A file that cannot be read is named once in a thread. With a `retrieval_template` the
        result also has `context`: the template, filled.
        """
        arguments = read_arguments(call.arguments)
        limit = arguments.top_k or self._settings.top_k
        found = await self._search(call.run, arguments.query, limit)
        news = self._said.news(call.run.thread.id, found.skipped)
        result = _as_json(found, news, self._searches.next(call.run))
        return result | _context(self._settings, result["chunks"], arguments.query)

    async def _search(self, run: Run, query: str, limit: int) -> Found:
        shelf = await asyncio.to_thread(self._opened)
        sent = list({source.stamp: source for source in attached(run)}.values())
        lots = [
            Lot("files", await asyncio.to_thread(self._beside), is_all=True),
            Lot("attached", sent, is_all=False),
        ]
        found = await shelf.search(query, lots, limit)
        await forget_deleted(shelf, run, {source.stamp for source in sent})
        return found

    def _opened(self) -> Shelf:
        """The shelf; where nothing can be kept, one that ends with the tool."""
        if self._shelf is None:
            settings = self._settings
            self._shelf = Shelf(
                self._place(),
                self._name,
                chunk_size=settings.chunk_size,
                overlap=settings.overlap,
                embedder=self._embedder(settings.embeddings),
            )
        return self._shelf

    def _place(self) -> Path:
        if self._cache is not None:
            try:
                place = self._cache / "rag"
                place.mkdir(parents=True, exist_ok=True)
                return place
            except OSError:
                pass
        self._fleeting = tempfile.TemporaryDirectory(prefix="understudy-rag-")
        return Path(self._fleeting.name)

    async def close(self) -> None:
        """Let go of the index."""
        shelf, self._shelf = self._shelf, None
        if shelf is not None:
            await shelf.close()
        if self._fleeting is not None:
            self._fleeting.cleanup()

    def _beside(self) -> list[Source]:
        return [] if self._folder is None else list(beside(self._folder / "files"))


def _as_json(found: Found, news: Sequence[Skipped], search: int) -> dict[str, Any]:
    skipped = [{"file": each.file, "reason": each.reason} for each in news[:MAX_SKIPPED]]
    if (more := len(news) - MAX_SKIPPED) > 0:
        skipped.append({"file": f"{more} more", "reason": "See the reasons above."})
    return {
        "chunks": [
            _chunk_json(source, hit, marker(search, at))
            for at, (source, hit) in enumerate(found.hits)
        ],
        "skipped": skipped,
        "searched": found.searched,
    }


def _chunk_json(source: Source, hit: Hit, mark: str) -> dict[str, Any]:
    return {
        "marker": mark,
        "text": hit.text,
        "file": source.name,
        "file_id": source.file_id,
        "page": hit.page,
        "line": hit.line,
        "heading": hit.heading,
        "start": hit.start,
        "end": hit.end,
        "score": round(hit.score, 4),
    }


def _context(
    settings: Settings, chunks: Sequence[Mapping[str, Any]], question: str
) -> dict[str, str]:
    if settings.retrieval_template is None:
        return {}
    passages = "\n\n".join(f"{chunk['text']} {chunk['marker']}" for chunk in chunks)
    # The question is filled in first: a passage may hold the text "{QUESTION}".
    template = settings.retrieval_template.replace("{QUESTION}", question)
    return {"context": template.replace("{CONTEXT}", passages)}
