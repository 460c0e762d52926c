"""A run as a response object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from understudy_server.doors.ids import conversation_id, response_id, thread_of

JSON = dict[str, Any]
_STATUS: Final = {
    "queued": "queued",
    "in_progress": "in_progress",
    "requires_action": "in_progress",
    "cancelling": "in_progress",
    "completed": "completed",
    "incomplete": "incomplete",
    "cancelled": "cancelled",
    "failed": "failed",
    "expired": "failed",
}
_EXPIRED: Final = {"code": "server_error", "message": "The run took too long and has expired."}


def response_object(run: JSON, output: Sequence[JSON], *, handed_over: bool = False) -> JSON:
    """The response in the state of `run`.

    `handed_over`: the run ended because the client has to call functions; the response that asks
    for that is complete.
    """
    status = "completed" if handed_over else _STATUS[run["status"]]
    ended_at = run["completed_at"] or run["cancelled_at"]
    return {
        "id": response_id(run["thread_id"], run["id"]),
        "object": "response",
        "created_at": run["created_at"],
        "status": status,
        "completed_at": ended_at if status == "completed" else None,
        "error": _error(run) if status == "failed" else None,
        "incomplete_details": _incomplete_details(run) if status == "incomplete" else None,
        "output": list(output),
        "usage": _usage(run["usage"]),
        "metadata": run["metadata"],
        **_settings(run),
        **_request(run.get("origin") or {}, run["assistant_id"]),
    }


def _settings(run: JSON) -> JSON:
    """What the run was made with."""
    return {
        "max_output_tokens": run["max_completion_tokens"],
        "parallel_tool_calls": run["parallel_tool_calls"],
        "reasoning": {"effort": run["reasoning_effort"], "summary": None},
        "temperature": run["temperature"],
        "text": {"format": _format(run["response_format"])},
        "tool_choice": _tool_choice(run["tool_choice"]),
        "tools": [_tool(tool) for tool in run["tools"] if tool["type"] == "function"],
        "top_p": run["top_p"],
    }


def _request(origin: JSON, assistant_id: str) -> JSON:
    """What the request said besides."""
    return {
        "background": origin.get("background", False),
        "conversation": _conversation(origin),
        "instructions": origin.get("instructions"),
        "model": origin.get("model") or assistant_id,
        "previous_response_id": origin.get("previous_response_id"),
        "store": origin.get("store", True),
        "truncation": origin.get("truncation", "disabled"),
        "user": origin.get("user"),
    }


def _error(run: JSON) -> JSON:
    error: JSON = run["last_error"] or _EXPIRED
    return {"code": error["code"], "message": error["message"]}


def _incomplete_details(run: JSON) -> JSON:
    filtered = run["incomplete_details"]["reason"] is None
    return {"reason": "content_filter" if filtered else "max_output_tokens"}


def _conversation(origin: JSON) -> JSON | None:
    given = origin.get("conversation")
    return {"id": conversation_id(thread_of(given))} if given else None


def _format(given: Any) -> JSON:
    if not isinstance(given, dict):
        return {"type": "text"}
    fields = given.get("json_schema") or {}
    return {"type": given["type"], **fields}


def _tool_choice(given: Any) -> Any:
    if isinstance(given, dict) and given.get("type") == "function":
        return {"type": "function", "name": given["function"]["name"]}
    return given or "auto"


def _tool(tool: JSON) -> JSON:
    function = tool["function"]
    return {
        "type": "function",
        "name": function["name"],
        "description": function.get("description"),
        "parameters": function.get("parameters"),
        "strict": function.get("strict"),
    }


def _usage(usage: JSON | None) -> JSON | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage["total_tokens"],
    }
