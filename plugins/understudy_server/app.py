"""The ASGI app: routes behind a guard, every failure in OpenAI's words."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from understudy import Host, UnderstudyError
from understudy_server.failures import error_response, failure
from understudy_server.guard import Guard
from understudy_server.keys import Keys
from understudy_server.routes.assistants import AssistantRoutes
from understudy_server.routes.files import FileRoutes
from understudy_server.routes.runs import RunRoutes
from understudy_server.routes.threads import MessageRoutes, ThreadRoutes


def create_app(
    host: Host,
    *,
    keys: Iterable[str],
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
) -> ASGIApp:
    """An ASGI app that serves an open host. The caller closes the host.

    `keys` open the door. `hosts` are names that the server answers to besides the loopback's;
    `origins` are web pages that may call it. `"*"` means any.
    """
    kinds = (RunRoutes, MessageRoutes, ThreadRoutes, AssistantRoutes, FileRoutes)
    v1 = [route for kind in kinds for route in kind(host).routes()]
    app = Starlette(
        routes=[Route("/health", _health), Mount("/v1", routes=v1)],
        exception_handlers={
            HTTPException: _unrouted,
            UnderstudyError: _failed,
            Exception: _failed,
        },
    )
    return Guard(app, Keys(keys), hosts=hosts, origins=origins)


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _failed(_request: Request, error: Exception) -> Response:
    return failure(error)


async def _unrouted(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return error_response(status, f"Invalid URL ({request.method} {request.url.path}).")
