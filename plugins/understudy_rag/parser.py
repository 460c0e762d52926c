"""Reads a PDF or Office file from stdin and writes its lines to stdout, as JSON.

A program of its own (`python -I parser.py`), since such files are hostile: it has limits of time,
memory and output, no secrets in its environment, and may not write files. It uses nothing of ours.

    {"lines": [[1, "text", 0], …]}     page or paragraph, text, heading level (0: none)
    {"error": "It is …", "code": "invalid_file"}
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from importlib import import_module
from typing import Final
from xml.etree import ElementTree as ET

CPU_SECONDS: Final = 60
MEMORY_BYTES: Final = 2**30
MAX_LETTERS: Final = 64 * 2**20
_MAX_PART_BYTES: Final = 128 * 2**20
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SLIDE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SLIDE_NAME: Final = re.compile(r"ppt/slides/slide(\d+)\.xml")

Row = tuple[int, str, int]


class Refused(Exception):
    """The file cannot be read: the reason, and OpenAI's code."""

    def __init__(self, message: str, code: str = "invalid_file") -> None:
        super().__init__(message)
        self.code = code


def main() -> None:
    """Answer on stdout."""
    _limit()
    try:
        answer: dict[str, object] = {"lines": _bounded(_rows(sys.stdin.buffer.read()))}
    except Refused as error:
        answer = {"error": str(error), "code": error.code}
    except MemoryError:
        answer = {"error": "It needs too much memory to be read.", "code": "invalid_file"}
    except Exception as error:  # whatever a damaged file does to a parser
        answer = {"error": f"It is damaged ({type(error).__name__}).", "code": "invalid_file"}
    json.dump(answer, sys.stdout)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the parent's deadline holds there, too
        return
    limits = (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for name, value in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (value, value))


def _rows(data: bytes) -> Iterator[Row]:
    if data.startswith(b"PK"):
        return _office(data)
    return _pdf(data)


def _bounded(rows: Iterator[Row]) -> list[Row]:
    kept: list[Row] = []
    letters = 0
    for row in rows:
        kept.append(row)
        letters += len(row[1])
        if letters > MAX_LETTERS:
            raise Refused(f"It holds more than {MAX_LETTERS // 2**20} million letters.")
    return kept


def _pdf(data: bytes) -> Iterator[Row]:
    try:
        pdfium = import_module("pypdfium2")
    except ImportError:
        message = "PDF files need one more package: pip install 'understudy[rag]'."
        raise Refused(message, "unsupported_file") from None
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Refused("It is locked with a password." if locked else "It is damaged.") from None
    for at in range(len(document)):
        page = document[at]
        text = page.get_textpage().get_text_range()
        yield from ((at + 1, line, 0) for line in text.splitlines())
        page.close()


def _office(data: bytes) -> Iterator[Row]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if "word/document.xml" in names:
            yield from _word(_part(archive, "word/document.xml"))
            return
        slides = sorted((int(m[1]), name) for name in names if (m := _SLIDE_NAME.fullmatch(name)))
        if not slides:
            message = "Archives and spreadsheets cannot be read yet; save it as text."
            raise Refused(message, "unsupported_file")
        for number, name in slides:
            root = _part(archive, name)
            yield from ((number, _text(p, _SLIDE), 0) for p in root.iter(f"{_SLIDE}p"))


def _part(archive: zipfile.ZipFile, name: str) -> ET.Element:
    with archive.open(name) as part:
        xml = part.read(_MAX_PART_BYTES + 1)  # what the archive says of the size may be a lie
    if len(xml) > _MAX_PART_BYTES:
        raise Refused("It is much larger inside than outside.")
    return ET.fromstring(xml)


def _word(root: ET.Element) -> Iterator[Row]:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == _FALLBACK:  # says the same once more, for old programs
                parent.remove(child)
    for number, paragraph in enumerate(root.iter(f"{_WORD}p"), start=1):
        yield number, _text(paragraph, _WORD), _level(paragraph)
        yield number, "", 0


def _text(paragraph: ET.Element, space: str) -> str:
    texts = {f"{space}t": None, f"{space}tab": "\t", f"{space}br": " ", f"{space}cr": " "}
    pieces: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag in texts:
            pieces.append(texts[element.tag] or element.text or "")
        elif element.tag != f"{space}p":  # of a text box: it has its own turn
            waiting += reversed(element)
    return "".join(pieces)


def _level(paragraph: ET.Element) -> int:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    found = re.fullmatch(
        r"[Hh]eading ?([1-6])", style.get(f"{_WORD}val", "") if style is not None else ""
    )
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main()
