"""`/v1/threads/{id}/export` and `/v1/threads/import`: a thread as a file. OpenAI never had it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final, Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from understudy import Host, Message, Thread
from understudy_server.doors.transcripts import as_jsonl, as_markdown, read_jsonl
from understudy_server.paging import json_response, read_query

Writer = Callable[[Host, Thread], AsyncIterator[bytes]]
_FORMATS: Final[dict[str, tuple[Writer, str, str]]] = {
    "jsonl": (as_jsonl, "application/jsonl", "jsonl"),
    "markdown": (as_markdown, "text/markdown; charset=utf-8", "md"),
}


class ExportQuery(BaseModel):
    """How a thread is written."""

    format: Literal["jsonl", "markdown"] = "jsonl"


class ExportRoutes:
    """Export and import."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        return [
            Route("/threads/{thread_id}/export", self.export, methods=["GET"]),
            Route("/threads/import", self.take_in, methods=["POST"]),
        ]

    async def export(self, request: Request) -> Response:
        """`GET /threads/{id}/export?format=jsonl|markdown`."""
        asked = read_query(request, ExportQuery).format
        thread = await self._host.threads.get(request.path_params["thread_id"])
        write, media_type, suffix = _FORMATS[asked]
        headers = {"content-disposition": f'attachment; filename="{thread.id}.{suffix}"'}
        return StreamingResponse(write(self._host, thread), media_type=media_type, headers=headers)

    async def take_in(self, request: Request) -> Response:
        """`POST /threads/import`: a new thread from the lines of an export."""
        thread, messages = read_jsonl(await request.body())
        read = [Message.read(each | {"thread_id": ""}).wire() for each in messages]
        made = await self._host.threads.create(metadata=Thread.read(thread).metadata)
        records = [each | {"thread_id": made.id} for each in read]
        await (await self._host.messages(made.id)).adopt(records)
        return json_response(made.wire())
