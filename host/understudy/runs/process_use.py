"""What a run asks of its assistant's process.js: the effects `process`, `process.stream` …"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from understudy.library.companion import Companion
from understudy.objects import validated
from understudy.processes import Caller
from understudy.runs.asides import Asides
from understudy.runs.values import require_json
from understudy.streams import closing

JSON = dict[str, Any]


class ProcessCall(BaseModel):
    """The payload of `process` and `process.stream`."""

    model_config = ConfigDict(defer_build=True)

    name: str
    args: list[Any] = Field(default_factory=list)


class ProcessUse:
    """Makes the effects of one run. They raise what `understudy.processes.Process` does."""

    def __init__(self, companion: Companion, caller: Caller, asides: Asides) -> None:
        self._companion = companion
        self._caller = caller
        self._asides = asides

    async def call(self, payload: JSON) -> Any:
        """The effect `process`: call an export."""
        asked = validated(ProcessCall, payload)
        async with self._asides.open():
            value = await self._companion.process.call(self._caller, asked.name, asked.args)
        require_json(value, f"What `{asked.name}` of process.js returned")
        return value

    async def stream(self, payload: JSON) -> AsyncIterator[Any]:
        """The effect `process.stream`: what an export yields."""
        asked = validated(ProcessCall, payload)
        opened = self._companion.process.stream(self._caller, asked.name, asked.args)
        async with self._asides.open(), closing(opened) as items:
            async for item in items:
                require_json(item, f"What `{asked.name}` of process.js yielded")
                yield item

    async def send(self, payload: JSON) -> None:
        """The effect `process.send`: hand over a message."""
        async with self._asides.open():
            await self._companion.process.send(self._caller, payload.get("message"))

    async def messages(self, _payload: JSON) -> AsyncIterator[Any]:
        """The effect `process.messages`: what it sends."""
        opened = self._companion.process.messages(self._caller)
        async with self._asides.open(), closing(opened) as items:
            async for item in items:
                require_json(item, "A message of process.js")
                yield item


class Gathered:
    """Collects what was yielded."""

    def __init__(self) -> None:
        self._items: list[Any] = []

    def add(self, item: Any) -> None:
        """Take in the next item."""
        self._items.append(item)

    def message(self) -> list[Any]:
        """All of them."""
        return self._items
