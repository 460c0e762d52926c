"""Things that are under way, for clients that look again and again until they are over."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from understudy_server.paging import json_response

_AGAIN: Final = "200"
"""Milliseconds. Left to themselves the official clients wait for one second, or for five."""


def polled_response(value: Any, *, is_over: bool) -> Response:
    """JSON that says when to look again, if that makes sense."""
    response = json_response(value)
    if not is_over:
        response.headers["openai-poll-after-ms"] = _AGAIN
    return response
