"""Runs whose process died: brought to an end, so that their thread can be used again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from understudy.events import Event
from understudy.library.messages import Messages
from understudy.objects import Message, Run, Usage
from understudy.runs.lines import events_in, last_number
from understudy.runs.record import add_tokens
from understudy.runs.views import latest_objects, open_message
from understudy.store import Path, Record, Store

JSON = dict[str, Any]
_ERROR = {
    "code": "server_error",
    "message": "The process that carried out this run ended before the run did.",
}


def still_waits(run: Run) -> bool:
    """Whether a run that nobody carries out can still be answered, and then goes on."""
    return run.status == "requires_action" and (run.expires_at or 0) > time.time()


async def end_abandoned(store: Store, path: Path, run: Run) -> Run:
    """End a run that nobody owns any more. What it had written is kept as an incomplete message."""
    entries = await store.read((*path, "journal"))
    records = [entry.record for entry in entries]
    last, events = last_number(records), events_in(records)
    over = _ended(events)
    if over is not None:
        await store.put(path, over.wire(), durable=False)
        return over
    run = run.model_copy(update={"usage": _used(records)})
    endings = await _endings(store, path, run, events)
    lines = [
        {"n": last + index, "t": round(time.time(), 3), "event": name, "data": data}
        for index, (name, data) in enumerate(endings, start=1)
    ]
    await store.append((*path, "journal"), lines)
    failed = Run.read(endings[-1][1])
    await store.put(path, failed.wire())
    return failed


def _ended(events: list[Event]) -> Run | None:
    """The run, if its journal knows of its end and only run.json does not."""
    states = latest_objects((event for event in events if event.data.get("status")), "thread.run.")
    runs = [Run.read(state) for state in states.values() if state["object"] == "thread.run"]
    return runs[-1] if runs and runs[-1].is_over else None


def _used(records: Iterable[Record]) -> Usage:
    """The tokens of the model calls that had ended."""
    used = Usage()
    calls = set[Any]()
    for record in records:
        if record.get("effect") == "model":
            calls.add(record["id"])
        elif record.get("result") in calls and "value" in record:
            add_tokens(used, record["value"]["usage"])
    return used


async def _endings(
    store: Store, path: Path, run: Run, events: list[Event]
) -> list[tuple[str, JSON]]:
    now = int(time.time())
    endings: list[tuple[str, JSON]] = []
    # One that waited and was not answered in time has expired; any other was cut off.
    status = "expired" if run.status == "requires_action" else "failed"
    error = None if status == "expired" else _ERROR
    partial = open_message(events)
    if partial is not None:
        endings.append(await _keep(store, path, partial, now))
    for step in latest_objects(events, "thread.run.step.").values():
        if step["status"] == "in_progress":
            ended = {"status": status, f"{status}_at": now, "last_error": error}
            endings.append((f"thread.run.step.{status}", step | ended))
    state: JSON = {"status": status, "required_action": None, "last_error": error}
    if status == "failed":
        state |= {"failed_at": now, "expires_at": None}
    endings.append((f"thread.run.{status}", run.wire() | state))
    return endings


async def _keep(store: Store, path: Path, partial: JSON, now: int) -> tuple[str, JSON]:
    reason = {"reason": "run_failed"}
    message = Message.read(
        partial | {"status": "incomplete", "incomplete_at": now, "incomplete_details": reason}
    )
    await Messages(store, path[:-2]).append(message)
    return "thread.message.incomplete", message.wire()
