"""Answers that are made once, as long as the host gives the same object."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from understudy import Assistant
from understudy_server.paging import json_response

_KEPT: Final = 256


class Encoded:
    """The answers with the assistants that were asked for last. Nobody may change them."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Assistant, Response]] = {}

    def response(self, assistant: Assistant) -> Response:
        """The answer with an assistant."""
        kept = self._kept.get(assistant.id)
        if kept is not None and kept[0] is assistant:
            return kept[1]
        response = json_response(assistant.wire())
        self._kept[assistant.id] = (assistant, response)
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return response
