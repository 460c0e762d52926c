"""`/v1/threads` and the messages in them."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host, Message, UnderstudyError
from understudy_server.bodies import read_body
from understudy_server.paging import json_response, list_response, page_response, read_query
from understudy_server.requests import CreateMessage, CreateThread, ModifyMetadata, ModifyThread

_PARTS: Final = frozenset({"text", "image_file", "image_url", "refusal"})


class ThreadRoutes:
    """Threads: create, list (OpenAI never had it), read, modify, delete."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        return [
            Route("/threads", self.create, methods=["POST"]),
            Route("/threads", self.page, methods=["GET"]),
            Route("/threads/{thread_id}", self.get, methods=["GET"]),
            Route("/threads/{thread_id}", self.modify, methods=["POST"]),
            Route("/threads/{thread_id}", self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /threads`, with or without a body."""
        body = await read_body(request, CreateThread, optional=True)
        return json_response((await make_thread(self._host, body)).wire())

    async def page(self, request: Request) -> Response:
        """`GET /threads`."""
        return page_response(await self._host.threads.page(**read_query(request).window()))

    async def get(self, request: Request) -> Response:
        """`GET /threads/{id}`."""
        return json_response((await self._host.threads.get(_thread_id(request))).wire())

    async def modify(self, request: Request) -> Response:
        """`POST /threads/{id}`."""
        body = await read_body(request, ModifyThread)
        sent = body.model_dump(exclude_unset=True)
        changes = {**sent, "metadata": sent["metadata"] or {}} if "metadata" in sent else sent
        if "tool_resources" in sent:
            changes["tool_resources"] = await self._host.settle_resources(body.tool_resources)
        return json_response((await self._host.threads.modify(_thread_id(request), changes)).wire())

    async def delete(self, request: Request) -> Response:
        """`DELETE /threads/{id}`: a run on it is stopped first."""
        thread_id = _thread_id(request)
        await self._host.delete_thread(thread_id)
        return json_response({"id": thread_id, "object": "thread.deleted", "deleted": True})


class MessageRoutes:
    """Messages: create, list, read, modify, delete."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        one = "/threads/{thread_id}/messages/{message_id}"
        return [
            Route("/threads/{thread_id}/messages", self.create, methods=["POST"]),
            Route("/threads/{thread_id}/messages", self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.modify, methods=["POST"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /threads/{id}/messages`: refused while a run is active."""
        body = await read_body(request, CreateMessage)
        message = await self._host.say(_thread_id(request), **body.fields())
        return json_response(message.wire())

    async def page(self, request: Request) -> Response:
        """`GET /threads/{id}/messages`, all or those of one run."""
        messages = await self._host.messages(_thread_id(request))
        window: dict[str, Any] = read_query(request).window()
        run_id = request.query_params.get("run_id")
        page = await messages.page(**window, run_id=run_id)
        return list_response([_shown(each) for each in page.items], has_more=page.has_more)

    async def get(self, request: Request) -> Response:
        """`GET /threads/{id}/messages/{id}`."""
        messages = await self._host.messages(_thread_id(request))
        return json_response(_shown(await messages.get(request.path_params["message_id"])))

    async def modify(self, request: Request) -> Response:
        """`POST /threads/{id}/messages/{id}`."""
        body = await read_body(request, ModifyMetadata)
        messages = await self._host.messages(_thread_id(request))
        message_id = request.path_params["message_id"]
        return json_response(_shown(await messages.modify(message_id, body.metadata or {})))

    async def delete(self, request: Request) -> Response:
        """`DELETE /threads/{id}/messages/{id}`."""
        messages = await self._host.messages(_thread_id(request))
        message_id = request.path_params["message_id"]
        await messages.delete(message_id)
        gone = {"id": message_id, "object": "thread.message.deleted", "deleted": True}
        return json_response(gone)


async def make_thread(host: Host, body: CreateThread, assistant_id: str | None = None) -> Any:
    """A thread with its first messages, or nothing at all. It lies where the assistant wants it."""
    resources = await host.settle_resources(body.tool_resources)
    fields = {"metadata": body.metadata, "tool_resources": resources}
    thread = await host.new_thread(assistant_id, **fields)
    try:
        for message in body.messages:
            await host.say(thread.id, **message.fields())
    except UnderstudyError:
        await host.delete_thread(thread.id)
        raise
    return await host.threads.get(thread.id)


def _shown(message: Message) -> dict[str, Any]:
    """A message without the parts that this API does not have: calls, and what Jan keeps there."""
    parts = [part for part in message.content if part.type in _PARTS]
    return message.model_copy(update={"content": parts}).wire()


def _thread_id(request: Request) -> str:
    thread_id: str = request.path_params["thread_id"]
    return thread_id
