"""A file's lines, whatever its format: text here, PDF and Word in a process of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from understudy_rag.documents import Line
from understudy_rag.reading import read_lines

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


async def extract(filename: str, data: bytes, in_thread: InThread) -> list[Line]:
    """The lines of a file. Raises `Unreadable`."""
    lines: list[Line] = await in_thread(lambda: read_lines(filename, data))
    return lines
