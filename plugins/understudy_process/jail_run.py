"""The run that process.js's driver is invoked with in the jail: it lasts as long as the process."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from understudy.errors import Invalid, NotFound
from understudy.objects import Assistant, File, Message, Thread
from understudy.processes import ProcessSource
from understudy_process.channel import Channel
from understudy_process.logs import Logs
from understudy_process.pipe import Pipe

JSON = dict[str, Any]


class JailRun:
    """See `understudy.Run`. It has no thread and no model; its messages are the channel's."""

    def __init__(self, source: ProcessSource, pipe: Pipe, channel: Channel, logs: Logs) -> None:
        self._source = source
        self._pipe = pipe
        self._channel = channel
        self._logs = logs
        self.id = f"process_{source.assistant_id}"
        self.assistant = Assistant(id=source.assistant_id)
        self.thread = Thread(id=self.id, created_at=0)
        self.messages: Sequence[Message] = ()
        self.last_message: Message | None = None
        self.files: Sequence[File] = ()
        self.seed = os.urandom(32)

    @property
    def now(self) -> float:
        """The time: nothing that process.js does is played again."""
        return time.time()

    def open_file(self, file_id: str) -> AsyncIterator[bytes]:
        """There is none."""
        raise NotFound(f"process.js has no file `{file_id}`")

    def view(self) -> JSON:
        """What the driver needs to know."""
        return {
            "id": self.id,
            "assistant": {"id": self.assistant.id, "env": list(self._source.grant.env)},
            "thread": {"id": self.id},
            "messages": [],
            "last_message": None,
            "files": [],
            "tools": [],
        }

    async def effect(self, kind: str, payload: JSON) -> str | None:
        """Pass on what process.js says and answer what the host says; wait, or print a line."""
        if kind == "process.send":
            return await self._exchange(payload["message"])
        if kind == "timer":
            await asyncio.sleep(payload["seconds"])
        elif kind == "log":
            self._print(payload)
        else:
            raise _not_here(kind)
        return None

    def stream(self, kind: str, payload: JSON) -> AsyncIterator[Any]:
        """The answer of a server."""
        if kind == "fetch" and self._source.fetch is not None:
            return self._source.fetch(payload)
        raise _not_here(kind)

    async def _exchange(self, lines: str) -> str:
        self._channel.data_received(lines.encode())
        await self._pipe.is_read.wait()
        return await self._pipe.read()

    def _print(self, line: JSON) -> None:
        run, found, text = line["text"].partition("\n")  # the driver says for whom
        if found:
            self._logs.print_for(run or None, line["level"], text.removeprefix(" "))
        else:
            self._logs.print(line["level"], line["text"])


def _not_here(kind: str) -> Invalid:
    return Invalid(f"process.js cannot do this (`{kind}`): index.js can")
