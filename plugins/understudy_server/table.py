"""The table of routes, looked up by the shape of a path.

There are some eighty routes. Asking their patterns one by one, as a router does, would cost more
than most answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from understudy_server.failures import Refused

Shape = tuple[int, str]
Find = Callable[[str], Sequence[Route]]
_AT: Final = 2
"""The place in a path of the part that says the kind of object: behind `v1`."""


class Entry(NamedTuple):
    """A route, and what a path of its shape must have to be one of its own."""

    words: tuple[tuple[int, str], ...]
    names: tuple[tuple[int, str], ...]
    methods: frozenset[str]
    route: Route

    @classmethod
    def of(cls, route: Route) -> Entry:
        """Words stand at their places, parameters such as `{run_id}` at theirs."""
        parts = list(enumerate(route.path.split("/")))
        words = tuple((at, part) for at, part in parts if not part.startswith("{"))
        names = tuple((at, part.strip("{}")) for at, part in parts if part.startswith("{"))
        return cls(words, names, frozenset(route.methods or ()), route)

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """The parameters in a path; None if it is none of this route."""
        for at, word in self.words:
            if parts[at] != word:
                return None
        found = {name: parts[at] for at, name in self.names}
        return found if all(found.values()) else None


class Table:
    """An ASGI app: finds the route of a request. Raises `Refused` if there is none.

    `find` gives the routes of a kind of object: it is asked at the first request for one.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._entries: dict[Shape, list[Entry]] = {}
        self._kinds: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer."""
        parts = scope["path"].removeprefix(scope.get("root_path", "")).split("/")
        allowed: set[str] = set()
        for entry in self._candidates(parts):
            found = entry.match(parts)
            if found is None:
                continue
            if scope["method"] in entry.methods:
                scope["path_params"] = found
                # Not route.handle: what it does with exceptions is done further out.
                response = await entry.route.endpoint(Request(scope, receive, send))
                await response(scope, receive, send)
                return
            allowed |= entry.methods
        raise _nowhere(scope, allowed)

    def _candidates(self, parts: list[str]) -> Sequence[Entry]:
        kind = parts[_AT] if len(parts) > _AT else parts[-1]
        found = self._entries.get((len(parts), kind))
        if found is None and kind not in self._kinds:
            self._enter(kind)
            found = self._entries.get((len(parts), kind))
        return found or ()

    def _enter(self, kind: str) -> None:
        for route in self._find(kind):
            self._kinds.add(kind)  # what a client made up is not remembered
            shape = (len(route.path.split("/")), kind)
            self._entries.setdefault(shape, []).append(Entry.of(route))


def _nowhere(scope: Scope, allowed: set[str]) -> Refused:
    asked = f"{scope['method']} {scope['path'][:200]}"
    if allowed:
        named = ", ".join(sorted(allowed))
        message = f"Not allowed to {asked}. Allowed: {named}."
        return Refused(message, status=405, headers={"allow": named})
    return Refused(f"Invalid URL ({asked}).", status=404)
