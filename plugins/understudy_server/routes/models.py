"""`/v1/models`: the assistants, as programs that choose a model see them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host
from understudy.objects import Assistant
from understudy_server.doors.assistants import find_assistant
from understudy_server.paging import json_response

OWNER = "understudy"
"""By this our own search for local servers knows that this is no server of models."""


class ModelRoutes:
    """List, read."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        return [
            Route("/models", self.page, methods=["GET"]),
            Route("/models/{model}", self.get, methods=["GET"]),
        ]

    async def page(self, _request: Request) -> Response:
        """`GET /models`: all of them; the list has no pages at OpenAI either."""
        assistants = await self._host.all_assistants()
        return json_response({"object": "list", "data": [_model(each) for each in assistants]})

    async def get(self, request: Request) -> Response:
        """`GET /models/{id}`."""
        return json_response(_model(await find_assistant(self._host, request.path_params["model"])))


def _model(assistant: Assistant) -> dict[str, Any]:
    return {
        "id": assistant.id,
        "object": "model",
        "created": assistant.created_at,
        "owned_by": OWNER,
        "name": assistant.name or assistant.id,
    }
