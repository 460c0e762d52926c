"""Word documents (Office Open XML, ECMA-376 part 1, WordprocessingML)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.draft import Draft
from understudy_rag.parsing.formats.parts import Parts
from understudy_rag.parsing.formats.runs import run_text

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING: Final = re.compile(r"heading ?([1-9])", re.IGNORECASE)
_NOTES: Final = ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")


def read(parts: Parts) -> Document:
    """The paragraphs, a line for each row of a table, and the notes at the end."""
    levels = _levels(parts)
    draft = Draft()
    for name in ("word/document.xml", *(name for name in _NOTES if name in parts.names)):
        for block in _blocks(parts.xml(name)):
            _add(draft, block, levels)
    return draft.document()


def _add(draft: Draft, block: ET.Element, levels: dict[str, int]) -> None:
    if block.tag == f"{_W}tr":
        draft.add(_row(block) + "\n")
    elif text := run_text(block, _W).strip():
        if level := _level(block, levels):
            draft.heading(level, text)
        draft.add(f"{text}\n\n")


def _row(row: ET.Element) -> str:
    cells = row.findall(f"{_W}tc")
    return " | ".join(" ".join(run_text(p, _W) for p in cell.iter(f"{_W}p")) for cell in cells)


def _blocks(root: ET.Element) -> Iterator[ET.Element]:
    """Paragraphs and rows, in order; the text boxes of a paragraph come behind it."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in (f"{_W}p", f"{_W}tr"):
            yield element
        if element.tag not in (f"{_W}tr", _FALLBACK):  # says the same once more, for old programs
            waiting += reversed(element)


def _level(paragraph: ET.Element, levels: dict[str, int]) -> int:
    """The level of a heading, 0 for other paragraphs."""
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None:
        return _outline(outline)
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return levels.get(style.get(f"{_W}val", ""), 0) if style is not None else 0


def _outline(element: ET.Element) -> int:
    value = element.get(f"{_W}val", "")
    return int(value) + 1 if value in tuple("012345678") else 0


def _levels(parts: Parts) -> dict[str, int]:
    """The level of each style: its id is in the author's language, its name in English."""
    levels = {f"{word}{n}": n for n in range(1, 10) for word in ("Heading", "heading ")}
    if "word/styles.xml" in parts.names:
        for style in parts.xml("word/styles.xml").iter(f"{_W}style"):
            name, outline = style.find(f"{_W}name"), style.find(f"{_W}pPr/{_W}outlineLvl")
            found = _HEADING.fullmatch(name.get(f"{_W}val", "")) if name is not None else None
            level = int(found[1]) if found else _outline(outline) if outline is not None else 0
            levels[style.get(f"{_W}styleId", "")] = level
    return levels
