"""A run under way: what hooks, tools and index.js hold in their hands (`runs.run.Run`)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from understudy.library.companion import Companion
from understudy.library.files import Files
from understudy.library.own_folder import OwnFolder
from understudy.library.toolbox import Toolbox
from understudy.network.access import Network
from understudy.objects import Assistant, File, Message, Thread
from understudy.processes import Caller
from understudy.runs.agent import agent
from understudy.runs.completion import Completion, as_chunks
from understudy.runs.effects import Effects, Streamer
from understudy.runs.fetch import Answered, as_items
from understudy.runs.lines import events_in
from understudy.runs.model_calls import ModelCalls
from understudy.runs.past import Past
from understudy.runs.process_use import Gathered, ProcessUse
from understudy.runs.record import RunRecord
from understudy.runs.requests import Requests
from understudy.runs.search import RunSearch
from understudy.runs.tool_use import ToolUse
from understudy.runs.transcript import Call, Transcript
from understudy.runs.views import steps_of
from understudy.store import Record
from understudy.streams import closing

JSON = dict[str, Any]
_log = logging.getLogger("understudy.assistant")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a run begins with."""

    assistant: Assistant
    thread: Thread
    messages: Sequence[Message]
    files: Sequence[File]


class ActiveRun:
    """One run of an assistant over a thread, as its parts see it."""

    def __init__(
        self,
        scene: Scene,
        record: RunRecord,
        toolbox: Toolbox,
        models: ModelCalls,
        transcript: Transcript,
        uploads: Files,
        search: RunSearch,
        network: Network,
        own_folder: OwnFolder,
        companion: Companion,
        *,
        max_steps: int,
    ) -> None:
        self.id = record.run.id
        self.assistant = scene.assistant
        self.thread = scene.thread
        self.messages = scene.messages
        self.files = scene.files
        self.record = record
        self.transcript = transcript
        self.tools = ToolUse(record, toolbox, transcript)
        self.requests = Requests(record, toolbox, scene.messages, uploads.content)
        self.max_steps = max_steps
        self.incomplete_reason: str | None = None
        self.last_error: Exception | None = None
        """The newest failure of an effect: code that lets it pass need not say what it was."""
        self._toolbox = toolbox
        self._uploads = uploads
        process = ProcessUse(companion, Caller(self.id, self._note))
        self._effects = Effects(
            record.journal,
            doers={
                "tool": lambda payload: self.tools.perform(self, payload),
                "client_tools": self.tools.wait_for_client,
                "approval": self.tools.wait_for_client,
                "model.available": models.available,
                "log": self._log,
                "search": search.perform,
                "files.read": own_folder.read,
                "files.write": own_folder.write,
                "files.list": own_folder.entries,
                "process": process.call,
                "process.send": process.send,
            },
            streamers={
                "model": Streamer(models.stream, Completion, as_chunks),
                "fetch": Streamer(network.fetch, Answered, as_items),
                "process.stream": Streamer(process.stream, Gathered, iter),
                "process.messages": Streamer(process.messages, Gathered, iter),
            },
        )

    def take_up(self, records: Sequence[Record]) -> None:
        """Go on with a run whose process has died, from the lines of its journal."""
        self.record.journal.take_up(records)
        self.transcript.take_up(steps_of(events_in(records)))
        self._effects.take_up(Past(records))

    @property
    def last_message(self) -> Message | None:
        """The newest message of the user."""
        return next((item for item in reversed(self.messages) if item.role == "user"), None)

    def open_file(self, file_id: str) -> AsyncIterator[bytes]:
        """The bytes of an uploaded file."""
        return self._uploads.content(file_id)

    def view(self) -> JSON:
        """The run as JSON, for code in another place."""
        messages = [message.wire() | {"text": message.text} for message in self.messages]
        users = [message for message in messages if message["role"] == "user"]
        return {
            "id": self.id,
            "assistant": self.assistant.wire(),
            "thread": self.thread.wire(),
            "messages": messages,
            "last_message": users[-1] if users else None,
            "files": [file.wire() for file in self.files],
            "tools": [tool["function"] for tool in self._toolbox.vocabulary()],
        }

    async def effect(self, kind: str, payload: JSON) -> Any:
        """Do something outside and return the result, a JSON value."""
        with self._remembered():
            if kind == "tool":
                return await self.tools.call(self._effects, payload)
            return await self._effects.effect(kind, payload)

    async def stream(self, kind: str, payload: JSON) -> AsyncIterator[Any]:
        """Do something outside that answers bit by bit."""
        inner = agent(self, payload) if kind == "next" else self._effects.stream(kind, payload)
        with self._remembered():
            async with closing(inner) as items:
                async for item in items:
                    yield item

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.last_error = error
            raise

    async def answer(self, calls: Sequence[Call]) -> None:
        """Give the model's calls their outputs."""
        await self.tools.answer(self._effects, calls)

    def count_usage(self, usage: JSON | None) -> None:
        """Add what a model call used; the step that it fed shows it, too."""
        self.transcript.usage = usage
        self.record.count(usage)

    async def _log(self, payload: JSON) -> None:
        self._note(str(payload.get("level")), str(payload.get("text", "")))

    def _note(self, level: str, text: str) -> None:
        number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        _log.log(number, "%s: %s", self.assistant.id, text)
