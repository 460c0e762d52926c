"""A file's text, whatever its format: text is read here, everything else in a process."""

from __future__ import annotations

import asyncio

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.formats import format_of
from understudy_rag.parsing.plugins import parser_of
from understudy_rag.parsing.reading import read_text
from understudy_rag.parsing.wire import Task
from understudy_rag.parsing.workshop import WORKSHOP, Workshop


async def extract(filename: str, data: bytes, workshop: Workshop = WORKSHOP) -> Document:
    """Read a file. Raises `Unreadable`."""
    target = await asyncio.to_thread(parser_of, filename)
    found = "plugin" if target else format_of(filename, data)
    if found is not None:
        return await workshop.parse(Task(filename, len(data), found, target), data)
    try:
        return await asyncio.to_thread(read_text, filename, data)
    except Unreadable as error:
        if error.code != "unsupported_file":
            raise
    return await workshop.parse(Task(filename, len(data), "foreign"), data)
