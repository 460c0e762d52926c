"""Lists: the query that asks for a page, and the page as OpenAI sends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, overload

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from understudy import Page
from understudy_server.bodies import refusal
from understudy_server.wire import json_bytes


def _digits(value: object) -> object:
    """Not the spaces, signs, underscores and fractions that pydantic reads as a number."""
    if isinstance(value, str) and not re.fullmatch("[0-9]{1,15}", value):
        raise ValueError("it must be a whole number")
    return value


class PageQuery(BaseModel):
    """`limit`, `order`, `after`, `before`; other parameters belong to their route."""

    model_config = ConfigDict(extra="ignore", defer_build=True)

    limit: Annotated[int, BeforeValidator(_digits)] = Field(20, ge=1, le=100)
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
    """Files, of one purpose or all; they are listed in larger pages."""

    limit: Annotated[int, BeforeValidator(_digits)] = Field(10_000, ge=1, le=10_000)
    purpose: str | None = None


class MessagesQuery(PageQuery):
    """Messages, of one run or all."""

    run_id: str | None = None


class EventsQuery(BaseModel):
    """The events of a run behind a number."""

    model_config = ConfigDict(defer_build=True)

    after: Annotated[int, BeforeValidator(_digits)] = 0


def read_after(request: Request) -> int:
    """The event behind which a stream is rejoined. Raises `Refused`."""
    header = request.headers.get("last-event-id")  # what browsers send by themselves
    sent = request.query_params.get("after") or header or "0"
    try:
        return EventsQuery.model_validate({"after": sent}).after
    except ValidationError as error:
        raise refusal(error, {"after": sent}) from None


Q = TypeVar("Q", bound=BaseModel)


@overload
def read_query(request: Request) -> PageQuery: ...
@overload
def read_query(request: Request, model: type[Q]) -> Q: ...
def read_query(request: Request, model: type[BaseModel] = PageQuery) -> BaseModel:
    """The query of a request: the page that is asked for, and more. Raises `Refused`."""
    sent = dict(request.query_params)
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise refusal(error, sent) from None


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
    return Response(json_bytes(body), media_type="application/json")


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
