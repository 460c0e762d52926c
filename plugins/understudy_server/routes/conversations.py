"""`/v1/conversations`: threads, in the words of the Responses API."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host, Message, NotFound, Thread
from understudy.objects import Metadata
from understudy_server.bodies import read_body
from understudy_server.doors.history import History
from understudy_server.doors.ids import conversation_id, thread_of
from understudy_server.doors.input_items import InputItem, OutputItem, add_items, system_texts
from understudy_server.doors.output_items import call_items, items_of
from understudy_server.doors.past import in_conversation
from understudy_server.doors.sent import Sent
from understudy_server.failures import Refused
from understudy_server.paging import cut, json_response, list_response, read_query

JSON = dict[str, Any]
Items = Annotated[list[InputItem], Field(max_length=20)]


class CreateConversation(Sent):
    """`POST /conversations`."""

    metadata: Metadata | None = None
    items: Items | None = None


class ModifyConversation(Sent):
    """`POST /conversations/{id}`."""

    metadata: Metadata | None


class CreateItems(Sent):
    """`POST /conversations/{id}/items`."""

    items: Annotated[Items, Field(min_length=1)]


class ConversationRoutes:
    """Conversations and their items."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        one = "/conversations/{conversation_id}"
        return [
            Route("/conversations", self.create, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.modify, methods=["POST"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/items", self.add, methods=["POST"]),
            Route(f"{one}/items", self.items, methods=["GET"]),
            Route(f"{one}/items/{{item_id}}", self.item, methods=["GET"]),
            Route(f"{one}/items/{{item_id}}", self.remove, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /conversations`, with or without a body."""
        body = await read_body(request, CreateConversation, optional=True)
        messages = _messages(body.items or [], [])
        thread = await self._host.threads.create(metadata=body.metadata)
        await self._say(thread.id, messages)
        return json_response(_conversation(thread))

    async def get(self, request: Request) -> Response:
        """`GET /conversations/{id}`."""
        return json_response(_conversation(await self._thread(request)))

    async def modify(self, request: Request) -> Response:
        """`POST /conversations/{id}`: the metadata."""
        body = await read_body(request, ModifyConversation)
        thread = await self._thread(request)
        changes = {"metadata": body.metadata or {}}
        return json_response(_conversation(await self._host.threads.modify(thread.id, changes)))

    async def delete(self, request: Request) -> Response:
        """`DELETE /conversations/{id}`."""
        thread = await self._thread(request)
        await self._host.delete_thread(thread.id)
        named = {"id": request.path_params["conversation_id"], "deleted": True}
        return json_response({**named, "object": "conversation.deleted"})

    async def add(self, request: Request) -> Response:
        """`POST …/items`: refused while a response is being made."""
        body = await read_body(request, CreateItems)
        thread = await self._thread(request)
        past = await in_conversation(self._host, thread.id)
        answers = any(isinstance(item, OutputItem) for item in body.items)
        messages = _messages(body.items, past.calls if answers else [])
        said = await self._say(thread.id, messages)
        items = [item for message in said for item in items_of(message)]
        return list_response(items, has_more=False)

    async def items(self, request: Request) -> Response:
        """`GET …/items`."""
        thread = await self._thread(request)
        return cut(await self._items(thread.id), read_query(request))

    async def item(self, request: Request) -> Response:
        """`GET …/items/{id}`."""
        thread, wanted = await self._thread(request), request.path_params["item_id"]
        for item in await self._items(thread.id):
            if item["id"] == wanted:
                return json_response(item)
        raise _no_item(wanted)

    async def remove(self, request: Request) -> Response:
        """`DELETE …/items/{id}`: a call goes with its output, neither is understood alone."""
        thread, wanted = await self._thread(request), request.path_params["item_id"]
        messages = await self._host.messages(thread.id)
        for message in await messages.all():
            if any(item["id"] == wanted for item in items_of(message)):
                await messages.delete(message.id)
                return json_response(_conversation(thread))
        raise _no_item(wanted)

    async def _thread(self, request: Request) -> Thread:
        named = request.path_params["conversation_id"]
        try:
            return await self._host.threads.get(thread_of(named))
        except NotFound:
            message = f"Conversation with id '{named[:100]}' not found."
            raise Refused(message, status=404) from None

    async def _say(self, thread_id: str, messages: list[JSON]) -> list[Message]:
        return [await self._host.say(thread_id, **message) for message in messages]

    async def _items(self, thread_id: str) -> list[JSON]:
        """All of them, oldest first; the last are the calls that wait for their outputs."""
        messages = await (await self._host.messages(thread_id)).all()
        items = [item for message in messages for item in items_of(message)]
        waiting = (await in_conversation(self._host, thread_id)).calls
        return [*items, *(item for call in waiting for item in call_items(call))]


def _messages(items: list[InputItem], calls: list[JSON]) -> list[JSON]:
    if system_texts(items):
        message = "A conversation holds what user and assistant say. Send `instructions` instead."
        raise Refused(message, param="items")
    history = History("items", calls)
    add_items(history, items)
    return history.messages()


def _conversation(thread: Thread) -> JSON:
    return {
        "id": conversation_id(thread.id),
        "object": "conversation",
        "created_at": thread.created_at,
        "metadata": thread.metadata,
    }


def _no_item(item_id: str) -> Refused:
    return Refused(f"Item with id '{item_id[:100]}' not found.", status=404)
