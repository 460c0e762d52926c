"""`/v1/files`: uploads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from understudy import Host
from understudy_server.bodies import check
from understudy_server.failures import Refused
from understudy_server.paging import FilesQuery, json_response, page_response, read_query
from understudy_server.requests import CreateFile

_PIECE: Final = 2**20


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
            upload, options = form.get("file"), _options(form)
            if not isinstance(upload, UploadFile):
                code = "missing_required_parameter"
                raise Refused("Missing required parameter: 'file'.", param="file", code=code)
            expiry = options.expires_after
            file = await self._files.create(
                upload.filename or "upload",
                _pieces(upload),
                purpose=options.purpose,
                expires_after=expiry.seconds if expiry else None,
            )
        return json_response(file.wire())

    async def page(self, request: Request) -> Response:
        """`GET /files`, all or those of one purpose."""
        query = read_query(request, FilesQuery)
        return page_response(await self._files.page(**query.window(), purpose=query.purpose))

    async def get(self, request: Request) -> Response:
        """`GET /files/{id}`."""
        return json_response((await self._files.get(request.path_params["file_id"])).wire())

    async def delete(self, request: Request) -> Response:
        """`DELETE /files/{id}`."""
        file_id = request.path_params["file_id"]
        await self._host.delete_file(file_id)
        return json_response({"id": file_id, "object": "file", "deleted": True})

    async def content(self, request: Request) -> Response:
        """`GET /files/{id}/content`."""
        file = await self._files.get(request.path_params["file_id"])
        headers = {"content-length": str(file.bytes)}
        content = self._files.content(file.id)
        return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


def _options(form: FormData) -> CreateFile:
    """The fields beside the file. Those of an object have its name, and theirs in brackets."""
    sent: dict[str, Any] = {}
    for name, value in form.items():
        outer, _, inner = name.partition("[")
        if inner:
            sent.setdefault(outer, {})[inner.rstrip("]")] = value
        elif name != "file":
            sent[name] = value
    return check(CreateFile, sent)


async def _pieces(upload: UploadFile) -> AsyncIterator[bytes]:
    while piece := await upload.read(_PIECE):
        yield piece
