"""`/v1/files`: uploads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final, get_args

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from understudy import Host
from understudy.objects import Purpose
from understudy_server.failures import Refused
from understudy_server.paging import FilesQuery, json_response, page_response, read_query

_PIECE: Final = 2**20
_PURPOSES: Final = frozenset(get_args(Purpose))


class FileRoutes:
    """Upload, list, read, download, delete."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._files = host.files

    def routes(self) -> list[Route]:
        """Paths and methods."""
        return [
            Route("/files", self.create, methods=["POST"]),
            Route("/files", self.page, methods=["GET"]),
            Route("/files/{file_id}", self.get, methods=["GET"]),
            Route("/files/{file_id}", self.delete, methods=["DELETE"]),
            Route("/files/{file_id}/content", self.content, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /files`: multipart, with `file` and `purpose`."""
        async with request.form(max_part_size=2**16) as form:
            upload, purpose = form.get("file"), form.get("purpose")
            if not isinstance(upload, UploadFile):
                raise Refused(
                    "Missing required parameter: 'file'.",
                    param="file",
                    code="missing_required_parameter",
                )
            if purpose not in _PURPOSES:
                raise _bad_purpose(purpose)
            name = upload.filename or "upload"
            file = await self._files.create(name, _pieces(upload), purpose=str(purpose))
        return json_response(file.wire())

    async def page(self, request: Request) -> Response:
        """`GET /files`, all or those of one purpose."""
        query = read_query(request, FilesQuery)
        purpose = request.query_params.get("purpose")
        return page_response(await self._files.page(**query.window(), purpose=purpose))

    async def get(self, request: Request) -> Response:
        """`GET /files/{id}`."""
        return json_response((await self._files.get(request.path_params["file_id"])).wire())

    async def delete(self, request: Request) -> Response:
        """`DELETE /files/{id}`."""
        file_id = request.path_params["file_id"]
        await self._files.delete(file_id)
        return json_response({"id": file_id, "object": "file", "deleted": True})

    async def content(self, request: Request) -> Response:
        """`GET /files/{id}/content`."""
        file = await self._files.get(request.path_params["file_id"])
        headers = {"content-length": str(file.bytes)}
        content = self._files.content(file.id)
        return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


async def _pieces(upload: UploadFile) -> AsyncIterator[bytes]:
    while piece := await upload.read(_PIECE):
        yield piece


def _bad_purpose(purpose: Any) -> Refused:
    if purpose is None:
        code = "missing_required_parameter"
        return Refused("Missing required parameter: 'purpose'.", param="purpose", code=code)
    known = ", ".join(sorted(_PURPOSES))
    return Refused(f"Invalid 'purpose': expected one of {known}.", param="purpose")
