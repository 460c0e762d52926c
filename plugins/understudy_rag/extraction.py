"""A file's text, whatever its format: text is read here, PDF and Office files in a process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from understudy_rag.documents import Document, Unreadable
from understudy_rag.draft import Draft
from understudy_rag.reading import read_text

DEADLINE: Final = 120.0
_PARSER: Final = Path(__file__).with_name("parser.py")
_PARSED: Final = (b"%PDF-", b"PK\x03\x04")
_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


async def extract(filename: str, data: bytes) -> Document:
    """Read a file. Raises `Unreadable`."""
    if data.startswith(_PARSED):
        return await _parsed(data)
    return await asyncio.to_thread(read_text, filename, data)


async def _parsed(data: bytes) -> Document:
    answer = _read(await _run(data))
    if "error" in answer:
        raise Unreadable(answer["error"], answer["code"])
    return _document(answer["lines"], has_pages=not data.startswith(b"PK"))


async def _run(data: bytes) -> bytes:
    """What the parser says; it dies at the deadline, or with the one who asked."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_PARSER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )
    try:
        async with asyncio.timeout(DEADLINE):
            output, _ = await process.communicate(data)
    except TimeoutError:
        raise Unreadable(f"It could not be read within {DEADLINE:.0f} seconds.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output


def _read(output: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:  # killed by one of its limits
        raise Unreadable("It took too much time or memory to be read.") from None
    return answer


def _document(rows: Iterable[Sequence[Any]], *, has_pages: bool) -> Document:
    draft, page = Draft(), 0
    for number, text, level in rows:
        while has_pages and page < number:
            draft.page()
            page += 1
        if level and text.strip():
            draft.heading(level, text)
        draft.add(f"{text}\n")
    return draft.document()
