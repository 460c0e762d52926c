"""The conversation that a request carries, as messages of a thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy_server.doors.beside import carried
from understudy_server.failures import Refused

JSON = dict[str, Any]


class History:
    """Collects messages in order; the client's calls are joined with their outputs.

    `calls` are those that the assistant made last, in the shape of run steps. `param` is the
    field of the request that messages of errors name.
    """

    def __init__(self, param: str, calls: Iterable[JSON] = ()) -> None:
        self._param = param
        self._messages: list[JSON] = []
        self._open: dict[str, JSON] = {}
        made = [call | {"function": dict(call["function"])} for call in calls]
        if made:  # all at once, by one answer of the model: those of the host have their outputs
            self._messages.append(_round(made))
            self._open = {call["id"]: call for call in made if call["function"]["output"] is None}

    def say(self, role: str, parts: Iterable[JSON], files: Iterable[str] = ()) -> None:
        """Add a message; one without content is none."""
        content = [part for part in parts if part.get("text") != ""]
        attachments = [{"file_id": file_id, "tools": []} for file_id in files]
        if content:
            self._messages.append({"role": role, "content": content, "attachments": attachments})

    def call(self, call_id: str, name: str, arguments: str) -> None:
        """Add a call that the assistant made, with those that the host made beside it."""
        call_id, made = carried(call_id)
        function = {"name": name, "arguments": arguments, "output": None}
        call = {"id": call_id, "type": "function", "function": function}
        self._calls_in_progress().extend([*made, call])
        self._open[call_id] = call

    def _calls_in_progress(self) -> list[JSON]:
        """The calls that were made at once: no output has come between them."""
        last: JSON = self._messages[-1]["content"][-1] if self._messages else {"type": "text"}
        if last["type"] != "tool_calls" or last["tool_calls"][-1]["id"] not in self._open:
            self._messages.append(_round([]))
        calls: list[JSON] = self._messages[-1]["content"][-1]["tool_calls"]
        return calls

    def answer(self, call_id: str, output: str) -> None:
        """Add the output of a call. Raises `Refused` if there is no such call."""
        call = self._open.pop(carried(call_id)[0], None)
        if call is None:
            raise Refused(
                f"No tool call found for the output with call id '{call_id[:100]}': "
                "every output follows the call that it answers.",
                param=self._param,
            )
        call["function"]["output"] = output

    def messages(self) -> list[JSON]:
        """All of it. Raises `Refused` if a call has no output."""
        if self._open:
            ids = ", ".join(self._open)
            raise Refused(f"No tool output found for the call(s) {ids}.", param=self._param)
        return self._messages


def _round(calls: list[JSON]) -> JSON:
    return {"role": "assistant", "content": [{"type": "tool_calls", "tool_calls": calls}]}
