"""Jan's thread.json as a thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.jan.messages import message_from_jan
from understudy.jan.metadata import is_metadata, set_metadata
from understudy.jan.times import is_seconds, seconds


def thread_from_jan(record: dict[str, Any], folder_name: str) -> dict[str, Any]:
    """A thread's fields. The folder's name is the id, since that is where the thread is found.

    The title and the assistant's id go into the metadata; everything else is kept as it is.
    """
    if _is_ours(record, folder_name):
        return record
    thread = {**record, "id": folder_name, "object": "thread"}
    thread["created_at"] = _created_at(record, folder_name)
    set_metadata(thread, title=_title(record), assistant_id=_assistant_id(record))
    if not isinstance(record.get("tool_resources"), dict):
        thread["tool_resources"] = None
    return thread


def inline_messages(record: dict[str, Any], thread_id: str) -> list[dict[str, Any]]:
    """The messages that the design of 2023 kept inside thread.json, oldest first."""
    found = record.get("messages")
    lines = [line for line in found if isinstance(line, dict)] if isinstance(found, list) else []
    messages = (message_from_jan(line, thread_id, n) for n, line in enumerate(lines, 1))
    return [message for message in messages if message is not None]


def _is_ours(record: Mapping[str, Any], folder_name: str) -> bool:
    return (
        record.get("object") == "thread"
        and record.get("id") == folder_name
        and is_seconds(record.get("created_at"))
        and is_metadata(record.get("metadata"))
        and isinstance(record.get("tool_resources", {}), dict | None)
        and "summary" not in record
    )


def _created_at(record: Mapping[str, Any], folder_name: str) -> int:
    # Jan's older folders are named `<assistant>_<unix seconds>`.
    for value in (record.get("created_at"), record.get("created"), folder_name.rpartition("_")[2]):
        time = seconds(value)
        if time is not None:
            return time
    return seconds(record.get("updated")) or 0


def _title(record: Mapping[str, Any]) -> str | None:
    titles = (record.get("title"), record.get("summary"))
    return next((title for title in titles if isinstance(title, str) and title), None)


def _assistant_id(record: Mapping[str, Any]) -> str | None:
    assistants = record.get("assistants")
    first = assistants[0] if isinstance(assistants, list) and assistants else None
    if not isinstance(first, dict):
        return None
    ids = (first.get("assistant_id"), first.get("id"))
    return next((found for found in ids if isinstance(found, str) and found), None)
