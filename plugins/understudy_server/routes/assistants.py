"""`/v1/assistants`."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Assistant, Host
from understudy.objects import AssistantFields
from understudy_server.bodies import read_body
from understudy_server.choices import check_tools
from understudy_server.encoded import Encoded
from understudy_server.paging import list_response, read_query
from understudy_server.requests import CreateAssistant, ModifyAssistant
from understudy_server.shown import own_tools, shown_assistant, speaks_openai


class AssistantRoutes:
    """Create, list, read, modify, delete."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._assistants = host.assistants
        self._own = Encoded(Assistant.wire)
        self._openai = Encoded(shown_assistant)

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
        assistant = await self._assistants.create(await self._settled(body))
        return self._shown(assistant, request)

    async def page(self, request: Request) -> Response:
        """`GET /assistants`. One that cannot be read is left out; `understudy list` shows it."""
        page = await self._assistants.page(**read_query(request).window())
        show = shown_assistant if speaks_openai(request) else Assistant.wire
        readable = [show(folder.assistant) for folder in page.items if folder.assistant]
        return list_response(readable, has_more=page.has_more)

    async def get(self, request: Request) -> Response:
        """`GET /assistants/{id}`."""
        assistant = await self._assistants.get(request.path_params["assistant_id"])
        return self._shown(assistant, request)

    def _shown(self, assistant: Assistant, request: Request) -> Response:
        encoded = self._openai if speaks_openai(request) else self._own
        return encoded.response(assistant)

    async def modify(self, request: Request) -> Response:
        """`POST /assistants/{id}`."""
        body = await read_body(request, ModifyAssistant)
        assistant_id = request.path_params["assistant_id"]
        changes = await self._settled(body)
        if "tools" in changes and speaks_openai(request):
            own = (await self._assistants.get(assistant_id)).tools
            changes["tools"] = own_tools(changes["tools"], own)
        return self._shown(await self._assistants.modify(assistant_id, changes), request)

    async def _settled(self, body: AssistantFields) -> dict[str, Any]:
        """The fields that were sent; the vector stores that they ask for are made."""
        check_tools(self._host, body.tools)
        sent = body.sent()
        if sent.get("tool_resources") is not None:
            sent["tool_resources"] = await self._host.settle_resources(body.tool_resources)
        return sent

    async def delete(self, request: Request) -> Response:
        """`DELETE /assistants/{id}`."""
        assistant_id = request.path_params["assistant_id"]
        await self._assistants.delete(assistant_id)
        gone = {"id": assistant_id, "object": "assistant.deleted", "deleted": True}
        return Response(json.dumps(gone), media_type="application/json")
