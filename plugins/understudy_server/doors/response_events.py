"""A run's events told as those of a response.

The same run is always told in the same way: a stream can be told again from the run's journal, and
rejoined behind any `sequence_number`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from understudy import Event
from understudy.events import TERMINAL
from understudy_server.doors.beside import carrying, host_calls
from understudy_server.doors.handover import STEP_ENDS
from understudy_server.doors.output_items import call_item, output_text, part_of
from understudy_server.doors.response_object import response_object
from understudy_server.events import WAITS
from understudy_server.wire import json_bytes

JSON = dict[str, Any]
_END: Final = {"completed": "completed", "incomplete": "incomplete"}


class Telling:
    """Takes a run's events in, gives a response's events out."""

    def __init__(self) -> None:
        self._run: JSON = {}
        self._output: list[JSON] = []
        self._parts: dict[int, int] = {}
        self._asked: list[JSON] = []
        self._handed_over = False
        self._count = 0

    @property
    def has_begun(self) -> bool:
        """Whether there has been an event."""
        return bool(self._run)

    def response(self) -> JSON:
        """The response as it is by now."""
        return response_object(self._run, self._output, handed_over=self._handed_over)

    def take(self, event: Event) -> Iterator[JSON]:
        """The events that one of the run's means, numbered."""
        for told in self._told(event):
            yield {**told, "sequence_number": self._count}
            self._count += 1

    def _told(self, event: Event) -> Iterator[JSON]:
        name, data = event.name, event.data
        if data.get("object") == "thread.run":
            self._run = data
        if name in ("thread.run.created", "thread.run.in_progress"):
            yield self._state(name.removeprefix("thread.run."))
        elif name.startswith("thread.message."):
            yield from self._said(name.removeprefix("thread.message."), data)
        elif name == "thread.run.queued":
            self._handed_over, self._asked = False, []
        elif name == WAITS:
            self._asked = data["required_action"]["submit_tool_outputs"]["tool_calls"]
        elif name in STEP_ENDS and self._asked:  # the step tells what the host has called
            yield from self._ask(host_calls(data["step_details"], self._asked))
        elif name in TERMINAL:
            yield self._state(_END.get(str(self.response()["status"]), "failed"))

    def _said(self, name: str, data: JSON) -> Iterator[JSON]:
        if name == "created":
            yield self._open({**_message(data), "content": []})
        elif name == "delta":
            for part in data["delta"]["content"]:
                yield from self._grow(part)
        elif name in ("completed", "incomplete"):
            yield from self._finish(data)

    def _state(self, name: str) -> JSON:
        return {"type": f"response.{name}", "response": self.response()}

    # -- items

    def _open(self, item: JSON) -> JSON:
        self._output.append(item)
        self._parts = {}
        return self._of_item("response.output_item.added", item=_copy(item))

    def _close(self, item: JSON) -> JSON:
        self._output[-1] = item
        return self._of_item("response.output_item.done", item=_copy(item))

    def _of_item(self, kind: str, **fields: Any) -> JSON:
        return {"type": kind, "output_index": len(self._output) - 1, **fields}

    # -- what the assistant writes

    def _grow(self, part: JSON) -> Iterator[JSON]:
        shown = part_of(part, "assistant")
        if shown is None or shown["type"] not in ("output_text", "refusal"):
            return
        is_new = part["index"] not in self._parts
        index = self._parts.setdefault(part["index"], len(self._parts))
        content = self._output[-1]["content"]
        if is_new:
            empty = output_text("") if shown["type"] == "output_text" else {**shown, "refusal": ""}
            content.append(empty)
            yield self._of_part("response.content_part.added", index, part=_copy(empty))
        if shown["type"] == "output_text":
            content[index]["text"] += shown["text"]
            delta = {"delta": shown["text"], "logprobs": []}
            yield self._of_part("response.output_text.delta", index, **delta)
        else:
            content[index]["refusal"] += shown["refusal"]
            yield self._of_part("response.refusal.delta", index, delta=shown["refusal"])

    def _finish(self, message: JSON) -> Iterator[JSON]:
        parts = (part_of(part, "assistant") for part in message["content"])
        content = [part for part in parts if part and part["type"] in ("output_text", "refusal")]
        for index, part in enumerate(content):
            if part["type"] == "output_text":
                done = {"text": part["text"], "logprobs": []}
                yield self._of_part("response.output_text.done", index, **done)
            else:
                yield self._of_part("response.refusal.done", index, refusal=part["refusal"])
            yield self._of_part("response.content_part.done", index, part=part)
        yield self._close({**_message(message), "content": content})

    def _of_part(self, kind: str, index: int, **fields: Any) -> JSON:
        item = {"item_id": self._output[-1]["id"], "content_index": index}
        return self._of_item(kind, **item, **fields)

    # -- what the client is asked

    def _ask(self, made: list[JSON]) -> Iterator[JSON]:
        self._handed_over = True
        for call, shown in zip(self._asked, carrying(self._asked, made), strict=True):
            item = call_item(call) | {"call_id": shown["id"]}
            yield self._open({**item, "arguments": "", "status": "in_progress"})
            kind, arguments = "response.function_call_arguments", item["arguments"]
            yield self._of_item(f"{kind}.delta", item_id=item["id"], delta=arguments)
            done = {"item_id": item["id"], "name": item["name"], "arguments": arguments}
            yield self._of_item(f"{kind}.done", **done)
            yield self._close(item)


def _message(message: JSON) -> JSON:
    head = {"id": message["id"], "type": "message", "role": "assistant"}
    return {**head, "status": message["status"]}


def _copy(item: JSON) -> JSON:
    """An item as it is now: its content grows on."""
    return {**item, "content": list(item["content"])} if "content" in item else dict(item)


def encode(event: JSON) -> bytes:
    """A server-sent event."""
    return b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json_bytes(event))
