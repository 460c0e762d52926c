"""Lists: the query that asks for a page, and the page as OpenAI sends it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from understudy import Page
from understudy_server.bodies import refusal


class PageQuery(BaseModel):
    """`limit`, `order`, `after`, `before`; other parameters belong to their route."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(20, ge=1, le=100)
    order: Literal["asc", "desc"] = "desc"
    after: str | None = None
    before: str | None = None

    def window(self) -> dict[str, Any]:
        """The arguments of the host's `page` methods. An empty cursor is none."""
        return {
            "limit": self.limit,
            "order": self.order,
            "after": self.after or None,
            "before": self.before or None,
        }


class FilesQuery(PageQuery):
    """Files are listed in larger pages."""

    limit: int = Field(10_000, ge=1, le=10_000)


def read_query(request: Request, model: type[PageQuery] = PageQuery) -> PageQuery:
    """The page that is asked for. Raises `Refused`."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise refusal(error) from None


def list_response(items: Sequence[Mapping[str, Any]], *, has_more: bool) -> Response:
    """A page in OpenAI's shape; the cursors are null when it is empty."""
    body = {
        "object": "list",
        "data": list(items),
        "first_id": items[0]["id"] if items else None,
        "last_id": items[-1]["id"] if items else None,
        "has_more": has_more,
    }
    return json_response(body)


def page_response(page: Page[Any]) -> Response:
    """A page of objects."""
    return list_response([item.wire() for item in page.items], has_more=page.has_more)


def json_response(body: Any) -> Response:
    """JSON, status 200."""
    return Response(json.dumps(body), media_type="application/json")


def cut(items: Iterable[Mapping[str, Any]], query: PageQuery) -> Response:
    """A page of things that are all at hand, oldest first."""
    ordered = list(items)
    if query.order == "desc":
        ordered.reverse()
    ids = [item["id"] for item in ordered]
    begin = ids.index(query.after) + 1 if query.after in ids else 0
    end = ids.index(query.before) if query.before in ids else len(ids)
    if query.before and not query.after:
        begin = max(begin, end - query.limit)
    window = ordered[begin:end]
    return list_response(window[: query.limit], has_more=len(window) > query.limit)
