"""OpenDocument texts, spreadsheets and presentations (OASIS OpenDocument 1.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.draft import Draft
from understudy_rag.parsing.formats.parts import Parts

_NAMES: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT: Final = f"{{{_NAMES}text:1.0}}"
_TABLE: Final = f"{{{_NAMES}table:1.0}}"
_PAGE: Final = f"{{{_NAMES}drawing:1.0}}page"
_MANIFEST: Final = "META-INF/manifest.xml"
_BLOCKS: Final = frozenset({f"{_TEXT}h", f"{_TEXT}p", f"{_TABLE}table-row"})
_BREAKS: Final = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": " "}


def read(parts: Parts) -> Document:
    """The paragraphs under their headings, a line for each row of a table."""
    if _MANIFEST in parts.names and b"encryption-data" in parts.read(_MANIFEST):
        raise Unreadable("It is locked with a password.")
    draft, is_table = Draft(), False
    for element in _places(parts.xml("content.xml")):
        is_table |= element.tag == f"{_TABLE}table-row"
        _add(draft, element)
    return draft.document(is_prose=not is_table)


def _places(root: ET.Element) -> Iterator[ET.Element]:
    """Headings, paragraphs, rows, and where tables and pages begin; in order."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in _BLOCKS or element.tag in (_PAGE, f"{_TABLE}table"):
            yield element
        if element.tag not in _BLOCKS:
            waiting += reversed(element)


def _add(draft: Draft, element: ET.Element) -> None:
    if element.tag == _PAGE:
        draft.page()
    elif element.tag == f"{_TABLE}table":
        draft.heading(9, element.get(f"{_TABLE}name", ""))
    elif element.tag == f"{_TABLE}table-row":
        _add_row(draft, element)
    elif text := _text(element).strip():
        if element.tag == f"{_TEXT}h":
            level = element.get(f"{_TEXT}outline-level", "1")
            draft.heading(int(level) if level in tuple("12345678") else 1, text)
        draft.add(f"{text}\n\n")


def _add_row(draft: Draft, row: ET.Element) -> None:
    cells = " | ".join(_text(cell) for cell in row).rstrip(" |")
    if cells:
        draft.add(f"{cells}\n")


def _text(element: ET.Element) -> str:
    pieces = [element.text or ""]
    for child in element:
        pieces += (_BREAKS.get(child.tag) or _text(child), child.tail or "")
    return "".join(pieces)
