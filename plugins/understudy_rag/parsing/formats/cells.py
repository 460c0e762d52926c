"""The cells of a spreadsheet: what a number means is said by the workbook's strings and styles."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from understudy_rag.parsing.formats.parts import Parts

_S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_COLUMN: Final = re.compile(r"[A-Z]{1,3}")
_MAX_GAP: Final = 64
# ECMA-376 part 1, 18.8.30: the built-in formats of dates and times.
_DATES: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_LAST_SERIAL: Final = 2_958_466


class Cells:
    """Turns rows to text."""

    def __init__(self, parts: Parts, book: ET.Element) -> None:
        settings = book.find(f"{_S}workbookPr")
        is_1904 = settings is not None and settings.get("date1904") in ("1", "true")
        self._epoch = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)
        self._strings = _strings(parts)
        self._dates = _date_styles(parts)

    def row(self, row: ET.Element) -> str:
        """A row's cells, parted by bars; cells that are left out are empty."""
        texts: list[str] = []
        for cell in row.iter(f"{_S}c"):
            gap = _column(cell.get("r", "")) - len(texts)
            texts += [""] * (gap if 0 < gap <= _MAX_GAP else 0)
            texts.append(self._text(cell))
        return " | ".join(texts) if any(texts) else ""

    def _text(self, cell: ET.Element) -> str:
        kind, value = cell.get("t", "n"), cell.findtext(f"{_S}v") or ""
        if kind == "inlineStr":
            return "".join(part.text or "" for part in cell.iter(f"{_S}t"))
        if kind == "s":
            at = int(value) if value.isdecimal() else -1
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return self._date(value) if kind == "n" and cell.get("s") in self._dates else value

    def _date(self, value: str) -> str:
        try:
            days = float(value)
        except ValueError:
            return value
        if not 0 <= days < _LAST_SERIAL:
            return value
        moment = self._epoch + timedelta(seconds=round(days * 86_400))
        if days < 1:
            return f"{moment:%H:%M:%S}"
        return f"{moment:%Y-%m-%d}" if days == int(days) else f"{moment:%Y-%m-%d %H:%M:%S}"


def _column(reference: str) -> int:
    """The number of a cell's column, from 0; -1 if it is not said."""
    found = _COLUMN.match(reference)
    number = 0
    for letter in found[0] if found else "":
        number = number * 26 + ord(letter) - 64
    return number - 1


def _strings(parts: Parts) -> list[str]:
    if "xl/sharedStrings.xml" not in parts.names:
        return []
    texts = parts.xml("xl/sharedStrings.xml").iter(f"{_S}si")
    return ["".join(part.text or "" for part in text.iter(f"{_S}t")) for text in texts]


def _date_styles(parts: Parts) -> frozenset[str]:
    """The numbers of the styles that show dates."""
    if "xl/styles.xml" not in parts.names:
        return frozenset()
    styles = parts.xml("xl/styles.xml")
    own = {
        each.get("numFmtId")
        for each in styles.iter(f"{_S}numFmt")
        if re.search("[dmyh]", _LITERAL.sub("", each.get("formatCode", "").lower()))
    }
    dates = own | {str(number) for number in _DATES}
    formats = styles.find(f"{_S}cellXfs")
    numbered = enumerate(formats if formats is not None else ())
    return frozenset(str(at) for at, each in numbered if each.get("numFmtId") in dates)
