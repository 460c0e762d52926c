"""All routes. Those of one kind of object are imported and made at the first request for one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from understudy import Host

if TYPE_CHECKING:
    from understudy_server.openapi import Document

_V1_FILES: Final = "v1_files:V1FileRoutes"
_KINDS: Final = {
    "assistants": ["assistants:AssistantRoutes"],
    "threads": [
        "runs:RunRoutes",
        "threads:MessageRoutes",
        "search:SearchRoutes",  # before those of a thread: `search` and `import` are no ids
        "export:ExportRoutes",
        "threads:ThreadRoutes",
    ],
    "files": ["files:FileRoutes"],
    "vector_stores": [
        "vector_stores:VectorStoreRoutes",
        "vector_stores:VectorStoreFileRoutes",
        "vector_stores:FileBatchRoutes",
    ],
    "models": ["models:ModelRoutes"],
    "chat": ["chat:ChatRoutes"],
    "responses": ["responses:ResponseRoutes"],
    "conversations": ["conversations:ConversationRoutes"],
}
"""The classes in `routes` by the part of the path behind `v1`."""


class Catalogue:
    """The routes of an open host."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._made: dict[str, list[Route]] = {}
        self._document: Document | None = None
        self._beside = {
            "health": Route("/health", _health),
            "openapi.json": Route("/openapi.json", self._openapi),
        }

    def second(self, kind: str) -> list[Route]:
        """Those of the API's second version below a part of the path."""
        if kind in self._beside:
            return [self._beside[kind]]
        return [route for name in _KINDS.get(kind, ()) for route in self._of(name)]

    def first(self, kind: str) -> list[Route]:
        """Those of the first version: it has some for files of assistants and messages."""
        more = self._of(_V1_FILES) if kind in _KINDS else []
        return [*self.second(kind), *(route for route in more if _kind(route) == kind)]

    def all(self) -> list[Route]:
        """Those of the second version."""
        return [route for kind in (*self._beside, *_KINDS) for route in self.second(kind)]

    async def _openapi(self, request: Request) -> Response:
        if self._document is None:
            from understudy_server.openapi import Document

            self._document = Document(self.all())
        return await self._document.get(request)

    def _of(self, name: str) -> list[Route]:
        if name not in self._made:
            module, _, attribute = name.partition(":")
            made = getattr(import_module(f"understudy_server.routes.{module}"), attribute)
            self._made[name] = [_below_v1(route) for route in made(self._host).routes()]
        return self._made[name]


def _below_v1(route: Route) -> Route:
    return Route(f"/v1{route.path}", route.endpoint, methods=route.methods, name=route.name)


def _kind(route: Route) -> str:
    return route.path.split("/")[2]


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})
