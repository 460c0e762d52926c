"""Files of assistants and messages, as the API's first version has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host, Invalid, NotFound
from understudy.objects import Assistant, NewFile
from understudy_server.bodies import read_body
from understudy_server.failures import Refused
from understudy_server.paging import cut, json_response, read_query
from understudy_server.requests import STRICT

JSON = dict[str, Any]
MAX_FILES: Final = 20


class AttachFile(BaseModel):
    """`POST /assistants/{id}/files`."""

    model_config = STRICT
    file_id: str


class AssistantFiles:
    """The `file_ids` of assistants, kept in assistant.json.

    The second version shows them as tool resources: they are given to the tools that read files.
    What it changes there does not come back.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    async def of(self, assistant_id: str) -> list[str]:
        """The files of an assistant; none if it is gone."""
        try:
            assistant = await self._host.assistants.get(assistant_id)
        except (NotFound, Invalid):
            return []
        return await self.existing(_file_ids(assistant))

    async def existing(self, file_ids: Iterable[str]) -> list[str]:
        """Those of the files that have not been deleted."""
        return [file_id for file_id in file_ids if await self._host.files.find(file_id)]

    async def check(self, file_ids: Iterable[str]) -> None:
        """Make sure that files exist. Raises `Refused`."""
        for file_id in file_ids:
            if await self._host.files.find(file_id) is None:
                raise Refused(f"No such File object: {file_id}", param="file_ids")

    async def attach(self, assistant_id: str, file_ids: Sequence[str] | None) -> None:
        """Replace an assistant's files, or keep them, and give them to its tools."""
        assistant = await self._host.assistants.get(assistant_id)
        before = _file_ids(assistant)
        wanted = list(dict.fromkeys(before if file_ids is None else file_ids))
        if wanted or before:
            resources = await self._resources(assistant, wanted)
            changes = {"file_ids": wanted, "tool_resources": resources}
            await self._host.assistants.modify(assistant_id, changes)

    async def _resources(self, assistant: Assistant, file_ids: list[str]) -> JSON:
        kinds = {tool.type for tool in assistant.tools}
        resources = dict(assistant.tool_resources or {})
        if "code_interpreter" in kinds:
            resources["code_interpreter"] = {"file_ids": file_ids}
        if "file_search" in kinds:
            search = await self._search(resources.get("file_search"), file_ids)
            resources["file_search"] = search
        return resources

    async def _search(self, given: Any, file_ids: list[str]) -> JSON:
        """The assistant's one vector store, with these files and no others."""
        ids = given.get("vector_store_ids") if isinstance(given, dict) else None
        if not ids:
            store = await self._host.vector_store_files.create_store(_additions(file_ids))
            return {"vector_store_ids": [store.id]}
        files = self._host.vector_store_files
        there = {file.id for file in (await files.page(ids[0], limit=100)).items}
        for file_id in there - set(file_ids):
            await files.remove(ids[0], file_id)
        for addition in _additions(file_id for file_id in file_ids if file_id not in there):
            await files.add(ids[0], addition)
        return {"vector_store_ids": ids}


class V1FileRoutes:
    """`/assistants/{id}/files` and `/threads/{id}/messages/{id}/files`."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._files = AssistantFiles(host)

    def routes(self) -> list[Route]:
        """Paths and methods."""
        mine = "/assistants/{assistant_id}/files"
        attached = "/threads/{thread_id}/messages/{message_id}/files"
        return [
            Route(mine, self.create, methods=["POST"]),
            Route(mine, self.page, methods=["GET"]),
            Route(f"{mine}/{{file_id}}", self.get, methods=["GET"]),
            Route(f"{mine}/{{file_id}}", self.delete, methods=["DELETE"]),
            Route(attached, self.message_page, methods=["GET"]),
            Route(f"{attached}/{{file_id}}", self.message_file, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /assistants/{id}/files`: attach an uploaded file."""
        body = await read_body(request, AttachFile)
        assistant_id, file_ids = await self._attached(request)
        await self._files.check([body.file_id])
        if body.file_id not in file_ids and len(file_ids) >= MAX_FILES:
            raise Refused(f"An assistant has at most {MAX_FILES} files.", param="file_id")
        await self._files.attach(assistant_id, [*file_ids, body.file_id])
        return json_response(await self._shown(body.file_id, assistant_id))

    async def page(self, request: Request) -> Response:
        """`GET /assistants/{id}/files`."""
        query = read_query(request)
        assistant_id, file_ids = await self._attached(request)
        return cut([await self._shown(file_id, assistant_id) for file_id in file_ids], query)

    async def get(self, request: Request) -> Response:
        """`GET /assistants/{id}/files/{id}`."""
        assistant_id, file_ids = await self._attached(request)
        return json_response(await self._shown(_one_of(file_ids, request), assistant_id))

    async def delete(self, request: Request) -> Response:
        """`DELETE /assistants/{id}/files/{id}`: the file itself stays."""
        assistant_id, file_ids = await self._attached(request)
        gone = _one_of(file_ids, request)
        await self._files.attach(assistant_id, [each for each in file_ids if each != gone])
        return json_response({"id": gone, "object": "assistant.file.deleted", "deleted": True})

    async def message_page(self, request: Request) -> Response:
        """`GET /threads/{id}/messages/{id}/files`."""
        query = read_query(request)
        message_id, file_ids = await self._sent(request)
        return cut([await self._shown_sent(each, message_id) for each in file_ids], query)

    async def message_file(self, request: Request) -> Response:
        """`GET /threads/{id}/messages/{id}/files/{id}`."""
        message_id, file_ids = await self._sent(request)
        return json_response(await self._shown_sent(_one_of(file_ids, request), message_id))

    async def _attached(self, request: Request) -> tuple[str, list[str]]:
        assistant_id = request.path_params["assistant_id"]
        await self._host.assistants.get(assistant_id)
        return assistant_id, await self._files.of(assistant_id)

    async def _sent(self, request: Request) -> tuple[str, list[str]]:
        messages = await self._host.messages(request.path_params["thread_id"])
        message = await messages.get(request.path_params["message_id"])
        attached = [each.file_id for each in message.attachments or () if each.file_id]
        return message.id, await self._files.existing(attached)

    async def _shown(self, file_id: str, assistant_id: str) -> JSON:
        file = await self._host.files.get(file_id)
        shown = {"object": "assistant.file", "assistant_id": assistant_id}
        return {"id": file_id, "created_at": file.created_at, **shown}

    async def _shown_sent(self, file_id: str, message_id: str) -> JSON:
        file = await self._host.files.get(file_id)
        shown = {"object": "thread.message.file", "message_id": message_id}
        return {"id": file_id, "created_at": file.created_at, **shown}


def _file_ids(assistant: Assistant) -> list[str]:
    """The field of the first version, which the second does not know; Jan's folders have it."""
    given = (assistant.model_extra or {}).get("file_ids")
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _additions(file_ids: Iterable[str]) -> list[NewFile]:
    return [NewFile(file_id=file_id) for file_id in file_ids]


def _one_of(file_ids: Sequence[str], request: Request) -> str:
    wanted: str = request.path_params["file_id"]
    if wanted not in file_ids:
        raise NotFound(f"No file found with id '{wanted}' here.")
    return wanted
