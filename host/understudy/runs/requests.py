"""The model requests of the default loop: what is told, which tools, within which budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from understudy.library.toolbox import Toolbox
from understudy.objects import Message
from understudy.runs.prompt import FileReader, chat_messages, fit
from understudy.runs.record import RunRecord

JSON = dict[str, Any]
_CONTENT = frozenset({"messages", "tools", "instructions", "additional_instructions"})


class Requests:
    """Builds the requests of one run, in the vocabulary of chat completions."""

    def __init__(
        self,
        record: RunRecord,
        toolbox: Toolbox,
        messages: Sequence[Message],
        read_file: FileReader,
    ) -> None:
        self._record = record
        self._toolbox = toolbox
        self._messages = messages
        self._read_file = read_file

    async def first(self, overrides: JSON) -> JSON:
        """The request that answers the thread, with the caller's changes."""
        given = {key: value for key, value in overrides.items() if key not in _CONTENT}
        request = {"messages": overrides.get("messages") or await self._chat(overrides)}
        if tools := overrides.get("tools", self._toolbox.vocabulary()):
            request |= {"tools": tools, **self._tool_settings()}
        return self._within_budget(request | given)

    def following(self, request: JSON, said: list[JSON]) -> JSON:
        """The request after tools were called.

        A forced tool choice holds for the first call only: the loop would never end otherwise.
        """
        rest = {key: value for key, value in request.items() if key != "tool_choice"}
        return self._within_budget({**rest, "messages": [*request["messages"], *said]})

    async def _chat(self, overrides: JSON) -> list[JSON]:
        run = self._record.run
        parts = (
            overrides.get("instructions", run.instructions),
            overrides.get("additional_instructions"),
        )
        instructions = "\n\n".join(part for part in parts if part)
        chat = await chat_messages(instructions, self._visible(), self._read_file)
        return fit(chat, run.max_prompt_tokens)

    def _visible(self) -> Sequence[Message]:
        strategy = self._record.run.truncation_strategy
        if strategy.type == "last_messages" and strategy.last_messages:
            return self._messages[-strategy.last_messages :]
        return self._messages

    def _tool_settings(self) -> JSON:
        run = self._record.run
        settings: JSON = {}
        if (choice := self._choice()) not in (None, "auto"):
            settings["tool_choice"] = choice
        if not run.parallel_tool_calls:
            settings["parallel_tool_calls"] = False
        return settings

    def _choice(self) -> str | JSON | None:
        """The run's tool choice. For the model a tool such as `file_search` is a function."""
        choice = self._record.run.tool_choice
        if not isinstance(choice, dict) or choice.get("type") == "function":
            return choice
        name = str(choice.get("type"))
        if not self._toolbox.is_mine(name):
            return None
        return {"type": "function", "function": {"name": name}}

    def _within_budget(self, request: JSON) -> JSON:
        budget = self._record.run.max_completion_tokens
        if budget is None:
            return request
        left = max(1, budget - self._record.usage.completion_tokens)
        return {**request, "max_completion_tokens": left}
