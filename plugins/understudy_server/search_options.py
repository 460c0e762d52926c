"""The options of `file_search`, as clients send them with a tool."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from understudy.objects import RankingOptions, ToolEntry

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, defer_build=True)


class Ranking(RankingOptions):
    """Here, OpenAI asks for a threshold."""

    score_threshold: Annotated[float, Field(ge=0, le=1)]


class SearchOptions(BaseModel):
    """`{"type": "file_search", "file_search": {…}}`."""

    model_config = _STRICT

    max_num_results: Annotated[StrictInt, Field(ge=1, le=50)] | None = None
    ranking_options: Ranking | None = None


def check_search(tool: ToolEntry) -> None:
    """Check a `file_search`. Raises `ValueError`, in one line that names the option."""
    options: Any = (tool.model_extra or {}).get("file_search")
    try:
        SearchOptions.model_validate({} if options is None else options)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(("file_search", *map(str, first["loc"])))
        raise ValueError(f"{place}: {first['msg']}") from None
