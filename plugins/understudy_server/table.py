"""The table of routes, looked up by the shape of a path.

There are some eighty routes. Asking their patterns one by one, as a router does, would cost more
than most answers.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from understudy_server.failures import Refused

Shape = tuple[int, str]


class Table:
    """An ASGI app: finds the route of a request. Raises `Refused` if there is none."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = list(routes)
        self._by_shape: dict[Shape, list[Route]] = {}
        for route in self.routes:
            self._by_shape.setdefault(_shape(route.path), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        allowed: set[str] = set()
        for route in self._by_shape.get(_shape(path), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                # Not route.handle: what it does with exceptions is done further out.
                response = await route.endpoint(Request(scope, receive, send))
                await response(scope, receive, send)
                return
            if match is Match.PARTIAL:
                allowed |= route.methods or set()
        raise _nowhere(scope, allowed)


def _shape(path: str) -> Shape:
    """How many parts, and the second one: behind `v1` that is the kind of object."""
    parts = path.split("/", 3)
    return path.count("/"), parts[2] if len(parts) > 2 else ""


def _nowhere(scope: Scope, allowed: set[str]) -> Refused:
    asked = f"{scope['method']} {scope['path'][:200]}"
    if allowed:
        named = ", ".join(sorted(allowed))
        message = f"Not allowed to {asked}. Allowed: {named}."
        return Refused(message, status=405, headers={"allow": named})
    return Refused(f"Invalid URL ({asked}).", status=404)
