"""A folder with files, and a run whose thread has some attached."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from understudy.errors import NotFound
from understudy.objects import File
from understudy.objects import Thread as ThreadObject
from understudy.tools import ToolCall, ToolContext
from understudy_rag import RagTool


@dataclass
class Thread:
    """What the tool asks of a run: its thread's files, and how far the conversation is."""

    contents: Mapping[str, bytes | None] = field(default_factory=dict)
    id: str = "run_1"
    thread_id: str = "thread_1"
    opened: list[str] = field(default_factory=list)
    messages: tuple[str, ...] = ("a question",)

    @property
    def thread(self):
        return ThreadObject(id=self.thread_id, created_at=1)

    @property
    def files(self):
        return [
            File(id=f"file-{name}", bytes=len(data or b""), created_at=1, filename=name)
            for name, data in self.contents.items()
        ]

    async def open_file(self, file_id):
        self.opened.append(file_id)
        data = self.contents.get(file_id.removeprefix("file-"))
        if data is None:
            raise NotFound(f"No file found with id '{file_id}'.")
        for start in range(0, len(data), 5):
            yield data[start : start + 5]


@dataclass
class Searcher:
    """Makes tools for a folder, and calls them."""

    folder: Path
    tool: RagTool | None = None

    @property
    def cache(self):
        return self.folder / "cache"

    def open(self, **settings):
        """The tool as a new process would make it."""
        self.close()
        entry = {"type": "rag", "settings": settings}
        self.tool = RagTool(ToolContext("librarian", entry, self.folder, None, self.cache))
        return self

    def close(self):
        if self.tool is not None:
            asyncio.run(self.tool.close())

    def search(self, query, thread=None, **arguments):
        call = ToolCall("call_1", "rag", {"query": query, **arguments}, thread or Thread())
        return asyncio.run(self.tool.call(call))

    def write(self, name, content):
        path = self.folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@pytest.fixture
def searcher(tmp_path):
    searcher = Searcher(tmp_path).open()
    yield searcher
    searcher.close()


@pytest.fixture
def thread():
    return Thread


def shown(document):
    """The lines of a document that are not empty, each with the headings above it."""
    at, found = 0, []
    for line in document.text.split("\n"):
        paths = [path for start, path in document.headings if start <= at]
        if line.strip():
            found.append((line, paths[-1] if paths else ""))
        at += len(line) + 1
    return found


@pytest.fixture(name="shown")
def shown_fixture():
    return shown
