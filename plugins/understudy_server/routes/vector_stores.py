"""`/v1/vector_stores`: the stores, the files in them, batches of files, and search."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host
from understudy.objects import NewFile
from understudy_server.bodies import read_body
from understudy_server.paging import json_response, page_response, read_query
from understudy_server.polling import polled_response
from understudy_server.vector_requests import (
    CreateBatch,
    CreateVectorStore,
    ModifyAttributes,
    ModifyVectorStore,
    SearchVectorStore,
    StateQuery,
)


class VectorStoreRoutes:
    """Vector stores: create, list, read, modify, delete, search."""

    def __init__(self, host: Host) -> None:
        self._stores = host.vector_stores
        self._files = host.vector_store_files

    def routes(self) -> list[Route]:
        """Paths and methods."""
        one = "/vector_stores/{vector_store_id}"
        return [
            Route("/vector_stores", self.create, methods=["POST"]),
            Route("/vector_stores", self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.modify, methods=["POST"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/search", self.search, methods=["POST"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /vector_stores`."""
        body = await read_body(request, CreateVectorStore, optional=True)
        additions = [
            NewFile(file_id=file_id, chunking_strategy=body.chunking_strategy)
            for file_id in dict.fromkeys(body.file_ids or ())
        ]
        expiry = body.expires_after.model_dump() if body.expires_after else None
        made = await self._files.create_store(
            additions,
            name=body.name,
            description=body.description,
            expires_after=expiry,
            metadata=body.metadata,
        )
        return json_response(made.wire())

    async def page(self, request: Request) -> Response:
        """`GET /vector_stores`."""
        return page_response(await self._stores.page(**read_query(request).window()))

    async def get(self, request: Request) -> Response:
        """`GET /vector_stores/{id}`."""
        return json_response((await self._stores.get(_store_id(request))).wire())

    async def modify(self, request: Request) -> Response:
        """`POST /vector_stores/{id}`."""
        body = await read_body(request, ModifyVectorStore)
        return json_response((await self._stores.modify(_store_id(request), body.changes())).wire())

    async def delete(self, request: Request) -> Response:
        """`DELETE /vector_stores/{id}`: the files themselves stay."""
        store_id = _store_id(request)
        await self._stores.delete(store_id)
        return json_response({"id": store_id, "object": "vector_store.deleted", "deleted": True})

    async def search(self, request: Request) -> Response:
        """`POST /vector_stores/{id}/search`. Several queries are searched as one."""
        body = await read_body(request, SearchVectorStore)
        results = await self._stores.search(
            [_store_id(request)],
            " ".join(body.queries()),
            limit=body.max_num_results,
            filters=body.filters,
            ranking=body.ranking_options,
        )
        return json_response(
            {
                "object": "vector_store.search_results.page",
                "search_query": body.queries(),
                "data": [result.wire() for result in results],
                "has_more": False,
                "next_page": None,
            }
        )


class VectorStoreFileRoutes:
    """The files in a vector store: add, list, read, change their attributes, take out."""

    def __init__(self, host: Host) -> None:
        self._files = host.vector_store_files

    def routes(self) -> list[Route]:
        """Paths and methods."""
        all_ = "/vector_stores/{vector_store_id}/files"
        one = f"{all_}/{{file_id}}"
        return [
            Route(all_, self.add, methods=["POST"]),
            Route(all_, self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.modify, methods=["POST"]),
            Route(one, self.remove, methods=["DELETE"]),
            Route(f"{one}/content", self.content, methods=["GET"]),
        ]

    async def add(self, request: Request) -> Response:
        """`POST …/files`: the answer comes at once, the file is searchable a moment later."""
        body = await read_body(request, NewFile)
        added = await self._files.add(_store_id(request), body)
        return json_response(added.wire())

    async def page(self, request: Request) -> Response:
        """`GET …/files`, all or those in one state."""
        query = read_query(request, StateQuery)
        page = await self._files.page(_store_id(request), **_window(query))
        return page_response(page)

    async def get(self, request: Request) -> Response:
        """`GET …/files/{id}`."""
        file = await self._files.get(*_file_ids(request))
        return polled_response(file.wire(), is_over=file.status != "in_progress")

    async def modify(self, request: Request) -> Response:
        """`POST …/files/{id}`: replaces the attributes."""
        body = await read_body(request, ModifyAttributes)
        file = await self._files.modify(*_file_ids(request), body.attributes or {})
        return json_response(file.wire())

    async def remove(self, request: Request) -> Response:
        """`DELETE …/files/{id}`: the file itself stays."""
        store_id, file_id = _file_ids(request)
        await self._files.remove(store_id, file_id)
        gone = {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}
        return json_response(gone)

    async def content(self, request: Request) -> Response:
        """`GET …/files/{id}/content`: the text as it is searched."""
        text = await self._files.text(*_file_ids(request))
        return json_response(
            {
                "object": "vector_store.file_content.page",
                "data": [{"type": "text", "text": text}],
                "has_more": False,
                "next_page": None,
            }
        )


class FileBatchRoutes:
    """Batches of files: create, read, cancel, list their files."""

    def __init__(self, host: Host) -> None:
        self._files = host.vector_store_files

    def routes(self) -> list[Route]:
        """Paths and methods."""
        all_ = "/vector_stores/{vector_store_id}/file_batches"
        one = f"{all_}/{{batch_id}}"
        return [
            Route(all_, self.create, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(f"{one}/cancel", self.cancel, methods=["POST"]),
            Route(f"{one}/files", self.page, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST …/file_batches`."""
        body = await read_body(request, CreateBatch)
        batch = await self._files.add_batch(_store_id(request), body.additions())
        return json_response(batch.wire())

    async def get(self, request: Request) -> Response:
        """`GET …/file_batches/{id}`."""
        batch = await self._files.batch(*_batch_ids(request))
        return polled_response(batch.wire(), is_over=batch.status != "in_progress")

    async def cancel(self, request: Request) -> Response:
        """`POST …/file_batches/{id}/cancel`."""
        return json_response((await self._files.cancel_batch(*_batch_ids(request))).wire())

    async def page(self, request: Request) -> Response:
        """`GET …/file_batches/{id}/files`, all or those in one state."""
        query = read_query(request, StateQuery)
        return page_response(await self._files.batch_page(*_batch_ids(request), **_window(query)))


def _window(query: StateQuery) -> dict[str, Any]:
    return {**query.window(), "status": query.filter}


def _store_id(request: Request) -> str:
    store_id: str = request.path_params["vector_store_id"]
    return store_id


def _file_ids(request: Request) -> tuple[str, str]:
    return _store_id(request), request.path_params["file_id"]


def _batch_ids(request: Request) -> tuple[str, str]:
    return _store_id(request), request.path_params["batch_id"]
