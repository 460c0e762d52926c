"""Jan's assistant.json as an assistant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from understudy.jan.models import REFERENCE
from understudy.jan.times import seconds

_PARAMETERS: Final = ("temperature", "top_p", "response_format", "reasoning_effort")


def assistant_from_jan(record: Mapping[str, Any]) -> dict[str, Any]:
    """An assistant's fields. What is wrong in a way that its author should know stays wrong.

    `model` and `instructions` are None where they are to be taken from elsewhere. `parameters`
    that are fields of an assistant become these, unless the field is there.
    """
    return {
        **record,
        "object": "assistant",
        "model": _model(record),
        "instructions": _own(record.get("instructions")),
        "created_at": seconds(record.get("created_at")) or record.get("created_at"),
        "tools": [] if record.get("tools") is None else record["tools"],
        "metadata": _metadata(record.get("metadata")),
        **moved_parameters(record),
    }


def moved_parameters(record: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `parameters` that are fields of an assistant, and absent there."""
    found = record.get("parameters")
    parameters = found if isinstance(found, dict) else {}
    return {
        key: parameters[key]
        for key in _PARAMETERS
        if parameters.get(key) is not None and record.get(key) is None
    }


def _model(record: Mapping[str, Any]) -> Any:
    model = _own(record.get("model"))
    return None if isinstance(model, dict) or model == "*" else model


def _own(value: Any) -> Any:
    return None if value in ("", REFERENCE) else value


def _metadata(value: Any) -> Any:
    pairs = {} if value is None else value
    return {key: _scalar(v) for key, v in pairs.items()} if isinstance(pairs, dict) else pairs


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value
