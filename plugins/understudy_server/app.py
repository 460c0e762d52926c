"""The ASGI app: routes behind a guard, every failure in OpenAI's words."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from understudy import Host
from understudy_server.access import Access
from understudy_server.guard import Guard
from understudy_server.keys import Keys
from understudy_server.openapi import Document
from understudy_server.origins import Origins
from understudy_server.routes.assistants import AssistantRoutes
from understudy_server.routes.chat import ChatRoutes
from understudy_server.routes.conversations import ConversationRoutes
from understudy_server.routes.export import ExportRoutes
from understudy_server.routes.files import FileRoutes
from understudy_server.routes.models import ModelRoutes
from understudy_server.routes.responses import ResponseRoutes
from understudy_server.routes.runs import RunRoutes
from understudy_server.routes.search import SearchRoutes
from understudy_server.routes.threads import MessageRoutes, ThreadRoutes
from understudy_server.routes.v1_files import V1FileRoutes
from understudy_server.routes.vector_stores import (
    FileBatchRoutes,
    VectorStoreFileRoutes,
    VectorStoreRoutes,
)
from understudy_server.table import Table
from understudy_server.v1 import V1

_KINDS = (
    RunRoutes,
    MessageRoutes,
    SearchRoutes,  # before those of a thread: `search` and `import` are no ids
    ExportRoutes,
    ThreadRoutes,
    AssistantRoutes,
    FileRoutes,
    VectorStoreRoutes,
    VectorStoreFileRoutes,
    FileBatchRoutes,
    ModelRoutes,
    ChatRoutes,
    ResponseRoutes,
    ConversationRoutes,
)


def create_app(
    host: Host,
    *,
    keys: Iterable[str] | Keys,
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
) -> ASGIApp:
    """An ASGI app that serves an open host. The caller closes the host.

    `keys` open the door. `hosts` are names that the server answers to besides the loopback's;
    `origins` are web pages that may call it. `"*"` means any.
    """
    allowed = Origins(origins)
    checked = keys if isinstance(keys, Keys) else Keys(keys)
    guard = Guard(_versions(host), checked, hosts=hosts, origins=allowed)
    return Access(guard, allowed)


def _versions(host: Host) -> ASGIApp:
    """The API's second version, and the first for those who ask for it."""
    routes = all_routes(host)
    routes.append(Route("/openapi.json", Document(list(routes)).get))
    older = [_below_v1(route) for route in V1FileRoutes(host).routes()]
    return V1(Table(routes), Table([*routes, *older]), host)


def all_routes(host: Host) -> list[Route]:
    """The routes of everything that is served."""
    v1 = [route for kind in _KINDS for route in kind(host).routes()]
    return [Route("/health", _health), *(_below_v1(route) for route in v1)]


def _below_v1(route: Route) -> Route:
    return Route(f"/v1{route.path}", route.endpoint, methods=route.methods, name=route.name)


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})
