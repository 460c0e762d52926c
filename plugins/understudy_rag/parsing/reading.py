"""Text files to documents, by the format that their names say."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.encoding import decode
from understudy_rag.parsing.headings import MAX_LETTERS, written_headings

_MARKED: Final = frozenset({".md", ".markdown", ".mdx", ".rst"})
_PROSE: Final = _MARKED | {"", ".txt", ".text", ".tex", ".adoc", ".org"}
_TABLES: Final = frozenset({".csv", ".tsv"})
_JSON: Final = frozenset({".json", ".jsonl", ".ndjson", ".ipynb"})
_ESCAPES: Final = re.compile(r"(?:\\u(?!00[0-7])[0-9a-fA-F]{4})+")


def read_text(name: str, data: bytes) -> Document:
    """A text file. Raises `Unreadable`."""
    text = decode(data)
    suffix = PurePath(name).suffix.lower()
    if suffix in _TABLES:  # each row stands under the names of its columns
        return Document(text, [(0, _first_line(text))], is_prose=False)
    if suffix in _JSON:
        text = _ESCAPES.sub(_unescaped, text)
    headings = written_headings(text) if suffix in _MARKED else ()
    return Document(text, headings, is_prose=suffix in _PROSE)


def _first_line(text: str) -> str:
    return text[:MAX_LETTERS].partition("\n")[0]


def _unescaped(found: re.Match[str]) -> str:
    """Letters that are not ASCII, as they are searched for; quotes and the like stay escaped."""
    units = bytes.fromhex(found[0].replace("\\u", ""))
    return units.decode("utf-16-be", errors="replace")
