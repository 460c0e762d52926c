"""PDF, by pdfium."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.draft import Draft

# The end of a line, and what pdfium gives for a hyphen at one, where a word goes on.
_MAX_DAMAGED: Final = 100
_MARKS: Final = ("\r", "\ufffe", "\x02", "\0")


def read(data: bytes, _name: str) -> Document:
    """The text of each page, under the titles of the outline."""
    document = _opened(data)
    draft = Draft()
    outline = _outline(document)
    damaged = 0
    for at in range(len(document)):
        text = _page(document, at)
        damaged += text is None
        if damaged > _MAX_DAMAGED:  # the number of pages may be a lie, too
            raise Unreadable("It is damaged: too many of its pages cannot be read.")
        draft.page()
        for level, title in outline.get(at, ()):
            draft.heading(level, title)
        draft.add(f"{text or ''}\n")
    return _checked(draft.document(), damaged)


def _page(document: Any, at: int) -> str | None:
    """The text of a page, None if it is damaged."""
    try:
        page = document[at]
        text: str = page.get_textpage().get_text_range()
    except import_module("pypdfium2").PdfiumError:
        return None
    page.close()
    for mark in _MARKS:
        text = text.replace(mark, "")
    return text.rstrip()


def _checked(document: Document, damaged: int) -> Document:
    if document.text.isspace():
        if damaged:
            raise Unreadable("It is damaged: none of its pages can be read.")
        raise Unreadable("It holds no text, only pictures; let a program for OCR add the text.")
    return document


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
