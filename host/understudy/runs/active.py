"""A run under way: what hooks, tools and index.js hold in their hands (`runs.run.Run`)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
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
from understudy.runs.asides import Asides
from understudy.runs.completion import Completion, as_chunks
from understudy.runs.effects import Effects, Streamer
from understudy.runs.embed import RunEmbedding
from understudy.runs.fetch import Answered, as_items
from understudy.runs.lines import events_in
from understudy.runs.model_calls import ModelCalls
from understudy.runs.past import Past
from understudy.runs.process_use import Gathered, ProcessUse
from understudy.runs.quota import Quota
from understudy.runs.record import RunRecord
from understudy.runs.requests import Requests
from understudy.runs.resumption import Ending, Resumption
from understudy.runs.scope import Scope
from understudy.runs.search import RunSearch
from understudy.runs.told import told_in
from understudy.runs.tool_use import ToolUse
from understudy.runs.transcript import Call, Transcript
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
        embedding: RunEmbedding,
        network: Network,
        own_folder: OwnFolder,
        companion: Companion,
        *,
        max_steps: int,
        model_calls: int,
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
        self.ending = Ending()
        self._scope = Scope()
        self._past: Past | None = None
        self._toolbox = toolbox
        self._uploads = uploads
        asides = Asides(lambda line: self.effect("log", line), self._note)
        process = ProcessUse(companion, Caller(self.id, asides.log), asides)
        self.effects = Effects(
            record.journal,
            Resumption(self.tools, transcript, self.ending),
            Quota(model_calls),
            doers={
                "model.available": models.available,
                "log": self._log,
                "search": search.perform,
                "embed": embedding.perform,
                "timer": self._wait,
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

    def within(self, effect_id: str) -> ActiveRun:
        """The same run, for what one of its effects asks for."""
        inner = copy(self)
        inner._scope = Scope(effect_id)
        return inner

    def next_id(self, kind: str) -> str:
        """The id of the effect that is asked for now."""
        return self._scope.next_id(kind)

    async def take_up(self, records: Sequence[Record]) -> None:
        """Go on with a run whose process has died, from the lines of its journal."""
        events = events_in(records)
        self.record.take_up(records)
        self.transcript.take_up(told_in(events), self.record.arrive)
        self._past = Past(records)
        await self.effects.take_up(self._past)

    async def play(self, past: Past, began: Record) -> None:
        """Do again what was done, told as if for the first time; `began` has its seed and time."""
        self.record.journal.take_up([began])
        self.record.journal.is_silent = False
        self._past = past
        await self.effects.take_up(past)

    async def arrive(self) -> None:
        """Show what happens from here on. Raises if the run has left out what it did before."""
        if self._past is not None:
            self._past.check_end()
            await self.transcript.arrive()

    @property
    def seed(self) -> bytes:
        """See `Run.seed`."""
        return self._scope.seed(self.record.journal.seed)

    @property
    def now(self) -> float:
        """See `Run.now`."""
        if self.effects.streaming and not self.record.journal.is_silent:
            return max(self.effects.now, time.time())
        return self.effects.now

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
        effect_id = self.next_id(kind)
        with self._remembered():
            if kind == "tool":
                return await self.tools.call(self, effect_id, payload)
            return await self.effects.effect(effect_id, kind, payload)

    async def stream(self, kind: str, payload: JSON) -> AsyncIterator[Any]:
        """Do something outside that answers bit by bit."""
        effect_id = self.next_id(kind)
        with self._remembered():
            async with closing(self._opened(effect_id, kind, payload)) as items:
                async for item in items:
                    yield item

    def _opened(self, effect_id: str, kind: str, payload: JSON) -> AsyncIterator[Any]:
        if kind == "next":
            return agent(self.within(effect_id), payload)
        return self.effects.stream(effect_id, kind, payload)

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.ending.last_error = error
            raise

    async def answer(self, calls: Sequence[Call]) -> None:
        """Give the model's calls their outputs."""
        await self.tools.answer(self, calls)

    def count_usage(self, usage: JSON | None) -> None:
        """Add what a model call used; the step that it fed shows it, too."""
        self.transcript.usage = usage
        self.record.count(usage)

    async def _wait(self, payload: JSON) -> None:
        """Wait until a timer is due, by the time that the code sees."""
        waits = float(payload["seconds"])
        passed = time.time() - self.now if self._past is not None else 0.0
        await asyncio.sleep(max(0.0, waits - max(0.0, passed)))

    async def _log(self, payload: JSON) -> None:
        self._note(str(payload.get("level")), str(payload.get("text", "")))

    def _note(self, level: str, text: str) -> None:
        number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        _log.log(number, "%s: %s", self.assistant.id, text)
