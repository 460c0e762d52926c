"""Answers that are made once, as long as the host gives the same object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from understudy import Assistant
from understudy_server.paging import json_response

_KEPT: Final = 256


class Encoded:
    """The answers with the assistants that were asked for last. Nobody may change them."""

    def __init__(self, show: Callable[[Assistant], dict[str, Any]]) -> None:
        self._show = show
        self._kept: dict[str, tuple[Assistant, Response]] = {}

    def response(self, assistant: Assistant) -> Response:
        """The answer with an assistant."""
        kept = self._kept.get(assistant.id)
        if kept is not None and kept[0] is assistant:
            return kept[1]
        response = json_response(self._show(assistant))
        self._kept[assistant.id] = (assistant, response)
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return response
