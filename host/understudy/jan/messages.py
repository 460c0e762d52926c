"""A line of Jan's messages.jsonl as a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from understudy.jan.content import (
    attachments_from_jan,
    content_from_jan,
    is_attachments,
    is_content,
)
from understudy.jan.metadata import is_metadata, set_metadata
from understudy.jan.times import is_seconds, seconds
from understudy.store import NAME

_STATUS: Final = {
    "ready": ("completed", None),
    "pending": ("in_progress", None),
    "stopped": ("incomplete", "run_cancelled"),
    "error": ("incomplete", "run_failed"),
}
"""Jan's status: ours, and the reason of what is incomplete."""
_OURS: Final = ("in_progress", "incomplete", "completed")
_ROLES: Final = ("user", "assistant")
_FILES: Final = frozenset({"file_ids", "rel_path"})
_TIMES: Final = ("completed_at", "incomplete_at")
_TEXTS: Final = ("assistant_id", "run_id")


def message_from_jan(
    record: dict[str, Any], thread_id: str, position: int
) -> dict[str, Any] | None:
    """A message's fields; None for what is no part of the conversation (system, tool).

    `position` names a message that has no usable id. A deletion (`"deleted": true`) passes.
    """
    if record.get("deleted") is True or _is_ours(record, thread_id):
        return record
    role = record.get("role", _guess_role(record))
    if role not in _ROLES:
        return None
    message = {**record, "object": "thread.message", "thread_id": thread_id, "role": role}
    message["id"] = _id(record.get("id"), position)
    message["created_at"] = _created_at(record)
    message["content"] = content_from_jan(record.get("content"))
    message["attachments"] = attachments_from_jan(record)
    message |= {key: _text(record.get(key)) for key in _TEXTS}
    message |= _state(record, message["created_at"])
    set_metadata(message)
    return message


def _is_ours(record: Mapping[str, Any], thread_id: str) -> bool:
    return bool(
        record.get("object") == "thread.message"
        and record.get("status") in _OURS
        and record.get("role") in _ROLES
        and record.get("thread_id") == thread_id
        and is_seconds(record.get("created_at"))
        and all(record.get(key) is None or is_seconds(record[key]) for key in _TIMES)
        and is_metadata(record.get("metadata"))
        and isinstance(record.get("id"), str)
        and (record.get("incomplete_details") is None or _is_details(record["incomplete_details"]))
        and is_content(record.get("content"))
        and is_attachments(record.get("attachments"))
        and all(isinstance(record.get(key), str | None) for key in _TEXTS)
        and (record.get("attachments") or _FILES.isdisjoint(record))
    )


def _guess_role(record: Mapping[str, Any]) -> str:
    return "assistant" if record.get("run_id") or record.get("chat_completion_id") else "user"


def _id(value: Any, position: int) -> str:
    text = str(value) if isinstance(value, (str, int)) else ""
    return text if NAME.fullmatch(text) else f"msg_{position}"


def _created_at(record: Mapping[str, Any]) -> int:
    times = (seconds(record.get(key)) for key in ("created_at", "created", "updated"))
    return next((time for time in times if time is not None), 0)


def _state(record: Mapping[str, Any], created_at: int) -> dict[str, Any]:
    written = record.get("status")
    default = (written if written in _OURS else "completed", None)
    status, reason = _STATUS.get(str(written), default)
    times = {key: seconds(record.get(key)) for key in _TIMES}
    if reason:
        times = {"completed_at": None, "incomplete_at": times["completed_at"] or created_at or None}
    details = record.get("incomplete_details")
    if not _is_details(details):
        details = {"reason": reason} if reason else None
    return {"status": status, "incomplete_details": details, **times}


def _is_details(details: Any) -> bool:
    return isinstance(details, dict) and isinstance(details.get("reason"), str)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
