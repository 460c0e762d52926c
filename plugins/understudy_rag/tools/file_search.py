"""The tool `file_search`: OpenAI's, over the vector stores of the assistant and the thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from understudy.errors import Invalid, ToolError
from understudy.objects import RankingOptions
from understudy.tools import Function, ToolCall, ToolContext
from understudy_rag.tools.searches import Searches, marker

FILE_SEARCH: Final = Function(
    name="file_search",
    description=(
        "Search the files of this conversation and of the assistant. Returns passages, each with "
        "a marker; put the marker, as it is, behind every statement that rests on that passage."
    ),
    parameters={
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to look for, in a few telling words."},
        },
        "required": ["query"],
        "additionalProperties": False,
    },
    idempotent=True,
    shown_as="file_search",
)


class Options(BaseModel):
    """`{"type": "file_search", "file_search": {…}}`."""

    max_num_results: Annotated[int, Field(ge=1, le=50)] = 20
    ranking_options: RankingOptions = Field(default_factory=RankingOptions)


class Arguments(BaseModel):
    """The arguments of one call."""

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class FileSearch:
    """Finds passages in vector stores."""

    functions: Sequence[Function] = (FILE_SEARCH,)

    def __init__(self, context: ToolContext) -> None:
        self._options = _options(context.assistant_id, context.entry)
        self._searches = Searches()

    async def call(self, call: ToolCall) -> dict[str, Any]:
        """Search. The result has `chunks` (best first), and which stores were `unavailable`."""
        options = self._options
        asked = {
            "query": _query(call.arguments),
            "max_num_results": options.max_num_results,
            "ranking_options": options.ranking_options.model_dump(exclude_none=True),
        }
        found = await call.run.effect("search", asked)
        search = self._searches.next(call.run)
        chunks = [_chunk(each, marker(search, at)) for at, each in enumerate(found["results"])]
        gone = {"unavailable": found["unavailable"]} if found["unavailable"] else {}
        return {"chunks": chunks, "ranking_options": _shown(options.ranking_options), **gone}

    async def close(self) -> None:
        """Nothing is held."""


def _chunk(result: Mapping[str, Any], mark: str) -> dict[str, Any]:
    return {
        "marker": mark,
        "text": "".join(part["text"] for part in result["content"]),
        "file": result["filename"],
        "file_id": result["file_id"],
        "score": result["score"],
    }


def _shown(options: RankingOptions) -> dict[str, Any]:
    return {"ranker": options.ranker, "score_threshold": options.score_threshold}


def _options(assistant_id: str, entry: Mapping[str, Any]) -> Options:
    try:
        return Options.model_validate(entry.get("file_search") or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(("file_search", *map(str, first["loc"])))
        message = f"assistant `{assistant_id}`: tool `file_search`: {place}: {first['msg']}"
        raise Invalid(message, param=f"tools.{place}") from None


def _query(arguments: Mapping[str, Any]) -> str:
    try:
        return Arguments.model_validate(arguments).query
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise ToolError(f"`file_search`: argument `{name}`: {first['msg']}.") from None
