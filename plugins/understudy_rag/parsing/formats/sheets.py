"""Spreadsheets (Office Open XML, ECMA-376 part 1, SpreadsheetML): a line for each row."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.draft import Draft
from understudy_rag.parsing.formats.cells import Cells
from understudy_rag.parsing.formats.parts import Parts

_S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BOOK: Final = "xl/workbook.xml"


def read(parts: Parts) -> Document:
    """Each sheet's rows, under its name and its first row: the names of the columns."""
    book = parts.xml(_BOOK)
    related = parts.related(_BOOK)
    cells = Cells(parts, book)
    draft = Draft()
    for sheet in book.iter(f"{_S}sheet"):
        _, name = related.get(sheet.get(_ID, ""), ("", ""))
        if name in parts.names:
            draft.heading(1, sheet.get("name", ""))
            _add(draft, _rows(parts.read(name), cells))
    return draft.document(is_prose=False)


def _add(draft: Draft, rows: Iterator[str]) -> None:
    for at, row in enumerate(rows):
        if at == 0:
            draft.heading(2, row)
        draft.add(f"{row}\n")
    draft.add("\n")


def _rows(xml: bytes, cells: Cells) -> Iterator[str]:
    try:
        for _, element in ET.iterparse(io.BytesIO(xml)):
            if element.tag == f"{_S}row":
                if row := cells.row(element).rstrip():
                    yield row
                element.clear()  # a sheet's tree takes twenty times the room of its text
    except ET.ParseError as error:
        raise Unreadable(f"It is damaged: a sheet: {error}.") from None
