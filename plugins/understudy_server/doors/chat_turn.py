"""One request for a chat completion, being answered.

The run is one on a thread in memory (`Host.scratch`): a thread in the data root would be seen by
others while it runs, cost its writes to the disk, and stay there if the process were killed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from understudy import Host, UnderstudyError
from understudy.objects import Assistant
from understudy_server.doors.chat_answer import Answer, Ending, deltas, encode
from understudy_server.doors.chat_request import CreateChatCompletion
from understudy_server.doors.handover import follow
from understudy_server.failures import failure

JSON = dict[str, Any]


class ChatTurn:
    """The run behind the answer, from its beginning to its end."""

    def __init__(self, host: Host, assistant: Assistant, body: CreateChatCompletion) -> None:
        self._host = host
        self._assistant = assistant
        self._body = body
        self._answer = Answer(body.model)
        self._ending = Ending()

    async def whole(self) -> JSON:
        """The chat completion. Raises what made the run fail."""
        async with aclosing(self._deltas()) as found:
            async for delta in found:
                self._answer.add(delta)
        return self._answer.whole(self._ending)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The stream. Raises what made the run fail before it said anything."""
        async with aclosing(self._deltas()) as found:
            first = await anext(found, None)
            yield self._chunk({"role": "assistant", "content": ""})
            if first is not None:
                yield self._chunk(first)
            try:
                async for delta in found:
                    yield self._chunk(delta)
            except Exception as error:  # the status is out: all that is left is to say so
                yield b"data: " + bytes(failure(error).body) + b"\n\n"
                return
        yield self._chunk({}, self._ending.finish_reason)
        if self._body.wants_usage:
            yield encode(self._answer.usage(self._ending))
        yield b"data: [DONE]\n\n"

    def _chunk(self, delta: JSON, finish_reason: str | None = None) -> bytes:
        chunk = self._answer.chunk(delta, finish_reason)
        return encode(chunk | {"usage": None} if self._body.wants_usage else chunk)

    async def _deltas(self) -> AsyncGenerator[JSON, None]:
        options = self._body.options(self._assistant)
        async with self._host.scratch() as scratch:
            thread = await scratch.threads.create()
            execution = await scratch.runs.create(thread.id, self._assistant.id, options)
            async with (
                aclosing(follow(scratch, execution.run)) as events,
                aclosing(deltas(events, self._ending)) as found,
            ):
                async for delta in found:
                    yield delta
            if self._ending.finish_reason is None:
                ended = f"The run ended as {execution.run.status}."
                raise execution.error or UnderstudyError(ended)
