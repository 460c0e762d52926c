"""What a run of the host is asked, for requests of other APIs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from understudy.objects import Assistant, CallOptions
from understudy_server.bodies import refusal

JSON = dict[str, Any]


def call_options(
    assistant: Assistant,
    *,
    functions: Iterable[JSON] = (),
    system: Iterable[str] = (),
    **asked: Any,
) -> CallOptions:
    """The options of a run; what is None is not asked. Raises `Refused`.

    `functions` are the client's own, beside the assistant's tools. `system` is told besides the
    assistant's instructions.
    """
    asked["additional_instructions"] = "\n\n".join(text for text in system if text) or None
    offered = [{"type": "function", "function": function} for function in functions]
    if offered:
        asked["tools"] = [*(tool.wire() for tool in assistant.tools), *offered]
    given = {name: value for name, value in asked.items() if value is not None}
    try:
        return CallOptions.model_validate(given)
    except ValidationError as error:
        raise refusal(error, given) from None
