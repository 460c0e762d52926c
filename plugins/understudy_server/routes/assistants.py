"""`/v1/assistants`."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host, Page
from understudy_server.bodies import read_body
from understudy_server.paging import json_response, page_response, read_query
from understudy_server.requests import CreateAssistant, ModifyAssistant


class AssistantRoutes:
    """Create, list, read, modify, delete."""

    def __init__(self, host: Host) -> None:
        self._assistants = host.assistants

    def routes(self) -> list[Route]:
        """Paths and methods."""
        return [
            Route("/assistants", self.create, methods=["POST"]),
            Route("/assistants", self.page, methods=["GET"]),
            Route("/assistants/{assistant_id}", self.get, methods=["GET"]),
            Route("/assistants/{assistant_id}", self.modify, methods=["POST"]),
            Route("/assistants/{assistant_id}", self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /assistants`."""
        body = await read_body(request, CreateAssistant)
        assistant = await self._assistants.create(body.sent())
        return json_response(assistant.wire())

    async def page(self, request: Request) -> Response:
        """`GET /assistants`. One that cannot be read is left out; `understudy list` shows it."""
        page = await self._assistants.page(**read_query(request).window())
        readable = tuple(folder.assistant for folder in page.items if folder.assistant)
        return page_response(Page(readable, page.has_more))

    async def get(self, request: Request) -> Response:
        """`GET /assistants/{id}`."""
        return json_response(
            (await self._assistants.get(request.path_params["assistant_id"])).wire()
        )

    async def modify(self, request: Request) -> Response:
        """`POST /assistants/{id}`."""
        body = await read_body(request, ModifyAssistant)
        assistant_id = request.path_params["assistant_id"]
        return json_response((await self._assistants.modify(assistant_id, body.sent())).wire())

    async def delete(self, request: Request) -> Response:
        """`DELETE /assistants/{id}`."""
        assistant_id = request.path_params["assistant_id"]
        await self._assistants.delete(assistant_id)
        gone = {"id": assistant_id, "object": "assistant.deleted", "deleted": True}
        return Response(json.dumps(gone), media_type="application/json")
