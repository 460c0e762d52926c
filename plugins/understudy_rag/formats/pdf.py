"""PDF, by pdfium."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from understudy_rag.documents import Document, Unreadable
from understudy_rag.draft import Draft


def read(data: bytes, _name: str) -> Document:
    """The text of each page, and the outline's titles as headings."""
    document = _opened(data)
    draft = Draft()
    outline = _outline(document)
    for at in range(len(document)):
        draft.page()
        for level, title in outline.get(at, ()):
            draft.heading(level, title)
        page = document[at]
        text: str = page.get_textpage().get_text_range()
        page.close()
        draft.add(text.replace("\r\n", "\n").replace("\x02", "").rstrip() + "\n")
    return draft.document()


def _outline(document: Any) -> dict[int, list[tuple[int, str]]]:
    """The levels and titles of what begins on each page."""
    titles: dict[int, list[tuple[int, str]]] = {}
    for bookmark in document.get_toc():
        target = bookmark.get_dest()
        if target is not None and (title := bookmark.get_title().strip()):
            titles.setdefault(target.get_index(), []).append((bookmark.level + 1, title))
    return titles


def _opened(data: bytes) -> Any:
    try:
        pdfium = import_module("pypdfium2")
    except ImportError:
        message = "PDF files need one more package: pip install 'understudy[rag]'."
        raise Unreadable(message, "unsupported_file") from None
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Unreadable("It is locked with a password." if locked else "It is damaged.") from None
