"""The text of search results in run steps: sent only to those who ask for it by `include[]`."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request

from understudy_server.failures import Refused

JSON = dict[str, Any]
CONTENTS: Final = "step_details.tool_calls[*].file_search.results[*].content"


class IncludeQuery(BaseModel):
    """`include[]=…`: what is left out otherwise."""

    include: list[Literal["step_details.tool_calls[*].file_search.results[*].content"]] = Field(
        default_factory=list, alias="include[]"
    )


def wants_contents(request: Request) -> bool:
    """Whether the text of search results is asked for. Raises `Refused` for anything else."""
    query = request.query_params
    asked = [*query.getlist("include[]"), *query.getlist("include")]
    if unknown := [name for name in asked if name != CONTENTS]:
        message = f"Invalid 'include': '{unknown[0][:100]}' is not known; there is '{CONTENTS}'."
        raise Refused(message, param="include")
    return bool(asked)


def without_contents(step: JSON) -> JSON:
    """A run step whose search results have no text."""
    details = step["step_details"]
    calls = [_bare(call) for call in details.get("tool_calls") or ()]
    return {**step, "step_details": {**details, "tool_calls": calls}} if calls else step


def _bare(call: JSON) -> JSON:
    search = call.get("file_search")
    if not search or "results" not in search:
        return call
    results = [
        {name: value for name, value in result.items() if name != "content"}
        for result in search["results"]
    ]
    return {**call, "file_search": {**search, "results": results}}
