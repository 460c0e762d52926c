"""A run as a chat completion: whole, or chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from understudy import Event, new_id
from understudy.events import TERMINAL
from understudy_server.doors.beside import carrying, host_calls
from understudy_server.doors.handover import STEP_ENDS
from understudy_server.events import WAITS
from understudy_server.wire import json_bytes

JSON = dict[str, Any]
_NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
_GAP = "\n\n"


@dataclass(slots=True)
class Ending:
    """How the answer ended. `finish_reason` is None if the run failed."""

    finish_reason: str | None = None
    usage: JSON = field(default_factory=lambda: dict(_NO_USAGE))


async def deltas(events: AsyncIterator[Event], ending: Ending) -> AsyncGenerator[JSON, None]:
    """A run's events as the deltas of one message; `ending` is set when they end."""
    messages, asked = 0, []
    async for event in events:
        if event.name == "thread.message.created":
            messages += 1
            if messages > 1:  # what was written before and behind a tool call
                yield {"content": _GAP}
        elif event.name == "thread.message.delta":
            for part in event.data["delta"]["content"]:
                if delta := _delta(part):
                    yield delta
        elif event.name == WAITS:
            ending.finish_reason = "tool_calls"
            asked = event.data["required_action"]["submit_tool_outputs"]["tool_calls"]
        elif asked and event.name in STEP_ENDS:  # the step tells what the host has called
            made = host_calls(event.data["step_details"], asked)
            yield {"tool_calls": _indexed(carrying(asked, made))}
        elif event.name in TERMINAL:
            _end(ending, event.data)


def _delta(part: JSON) -> JSON | None:
    if part["type"] == "text":
        return {"content": part["text"]["value"]}
    return {"refusal": part["refusal"]} if part["type"] == "refusal" else None


def _indexed(calls: list[JSON]) -> list[JSON]:
    return [{"index": index, **call} for index, call in enumerate(calls)]


def _end(ending: Ending, run: JSON) -> None:
    ending.usage = {**_NO_USAGE, **(run["usage"] or {})}
    if ending.finish_reason:
        return
    if run["status"] == "completed":
        ending.finish_reason = "stop"
    elif run["status"] == "incomplete":
        filtered = run["incomplete_details"]["reason"] is None
        ending.finish_reason = "content_filter" if filtered else "length"


class Answer:
    """Puts deltas into OpenAI's objects. `model` is the one that the request named."""

    def __init__(self, model: str) -> None:
        self._head = {
            "id": f"chatcmpl-{new_id('run').removeprefix('run_')}",
            "created": int(time.time()),
            "model": model,
        }
        self._message: JSON = {"role": "assistant", "content": None, "refusal": None}

    def add(self, delta: JSON) -> None:
        """Add a delta to the whole message."""
        for name in ("content", "refusal"):
            if name in delta:
                self._message[name] = (self._message[name] or "") + delta[name]
        if calls := delta.get("tool_calls"):
            self._message["tool_calls"] = [
                {key: value for key, value in call.items() if key != "index"} for call in calls
            ]

    def whole(self, ending: Ending) -> JSON:
        """The chat completion."""
        message = self._message
        if message["content"] is None and not message["refusal"] and "tool_calls" not in message:
            message = {**message, "content": ""}
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": ending.finish_reason,
        }
        head = {**self._head, "object": "chat.completion"}
        return {**head, "choices": [choice], "usage": ending.usage}

    def chunk(self, delta: JSON, finish_reason: str | None = None) -> JSON:
        """One chunk of a stream."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice]}

    def usage(self, ending: Ending) -> JSON:
        """The chunk behind the last one."""
        head = {**self._head, "object": "chat.completion.chunk"}
        return {**head, "choices": [], "usage": ending.usage}


def encode(value: JSON) -> bytes:
    """A server-sent event without a name."""
    return b"data: %s\n\n" % json_bytes(value)
