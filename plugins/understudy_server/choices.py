"""What a request may choose: tools, `tool_choice` and `response_format`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from understudy import Host
from understudy.objects import ToolEntry
from understudy_server.failures import Refused

JSON = dict[str, Any]
_OWN: Final = frozenset({"function", "file_search", "code_interpreter"})
_MODES: Final = ("none", "auto", "required")
_FORMATS: Final = ("text", "json_object", "json_schema")
_NAMED: Final[JSON] = {"type": "object", "required": ["name"]} | {
    "properties": {"name": {"type": "string"}}
}
FORMAT_SCHEMA: Final[JSON] = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string", "enum": list(_FORMATS)}, "json_schema": _NAMED},
}
MODE_SCHEMA: Final[JSON] = {"type": "string", "enum": list(_MODES)}
NAMED_SCHEMA: Final[JSON] = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string", "enum": sorted(_OWN)}, "function": _NAMED},
}


def response_format(value: JSON | str | None) -> JSON | str | None:
    """The value, for pydantic. Raises `ValueError`."""
    if isinstance(value, dict):
        if value.get("type") not in _FORMATS:
            raise ValueError(f"the type must be one of {', '.join(_FORMATS)}")
        if value["type"] == "json_schema" and not _is_named(value.get("json_schema")):
            raise ValueError("json_schema must be an object with a name and a schema")
    return value


def tool_choice(value: JSON | str | None) -> JSON | str | None:
    """The value, for pydantic. Raises `ValueError`."""
    if isinstance(value, str) and value not in _MODES:
        raise ValueError(f"it must be one of {', '.join(_MODES)}, or an object")
    if isinstance(value, dict):
        if not isinstance(value.get("type"), str):
            raise ValueError("an object needs a type")
        if value["type"] == "function" and not _is_named(value.get("function")):
            raise ValueError("function must be an object with a name")
    return value


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def check_tools(
    host: Host, tools: Sequence[ToolEntry] | None, choice: JSON | str | None = None
) -> None:
    """Make sure that tools are the API's, or those of installed plugins. Raises `Refused`."""
    known = _OWN | set(host.plugins.names("tools"))
    for index, tool in enumerate(tools or ()):
        if tool.type not in known:
            raise _unknown(f"tools.{index}.type", tool.type, known)
    if isinstance(choice, dict) and choice["type"] not in known:
        raise _unknown("tool_choice.type", choice["type"], known)


def _unknown(param: str, kind: str, known: set[str] | frozenset[str]) -> Refused:
    message = f"Invalid '{param}': '{kind[:100]}'. There are: {', '.join(sorted(known))}."
    return Refused(message, param=param, code="invalid_value")
