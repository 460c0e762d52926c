"""`/v1/threads/search`: which thread was it? OpenAI never had it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host
from understudy_server.doors.search import search
from understudy_server.paging import json_response, read_query


class SearchQuery(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="ignore", defer_build=True)

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    limit: int = Field(20, ge=1, le=100)
    page: str | None = None


class SearchRoutes:
    """Search."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        return [Route("/threads/search", self.search, methods=["GET"])]

    async def search(self, request: Request) -> Response:
        """`GET /threads/search?q=…`: messages that hold all words of `q`, in any case."""
        query = read_query(request, SearchQuery)
        words = query.q.casefold().split()
        found = await search(self._host, words, limit=query.limit, page=query.page)
        body = {
            "object": "list",
            "data": found.hits,
            "has_more": found.next_page is not None,
            "next_page": found.next_page,
        }
        return json_response(body)
