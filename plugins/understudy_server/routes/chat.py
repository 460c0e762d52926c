"""`/v1/chat/completions`: an assistant as the model. Nothing of it is kept."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host
from understudy_server.bodies import read_body
from understudy_server.doors.assistants import find_assistant
from understudy_server.doors.chat_request import CreateChatCompletion
from understudy_server.doors.chat_turn import ChatTurn
from understudy_server.doors.presence import begun, while_connected
from understudy_server.paging import json_response
from understudy_server.streamed import EventStream


class ChatRoutes:
    """Create."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        return [Route("/chat/completions", self.create, methods=["POST"])]

    async def create(self, request: Request) -> Response:
        """`POST /chat/completions`, with or without `stream`."""
        body = await read_body(request, CreateChatCompletion)
        assistant = await find_assistant(self._host, body.model)
        for file_id in body.files():
            await self._host.files.get(file_id)
        turn = ChatTurn(self._host, assistant, body)
        if body.stream:
            return EventStream(await while_connected(request, begun(turn.chunks())))
        return json_response(await while_connected(request, turn.whole()))
