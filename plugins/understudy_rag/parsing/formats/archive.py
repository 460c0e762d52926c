"""Which of the formats that are zip archives a file has."""

from __future__ import annotations

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.formats import epub, foreign, opendocument, sheets, slides, word
from understudy_rag.parsing.formats.parts import Parts

_READERS = {
    "word/document.xml": word.read,
    "ppt/presentation.xml": slides.read,
    "xl/workbook.xml": sheets.read,
    "META-INF/container.xml": epub.read,
    "content.xml": opendocument.read,
}


def read(data: bytes, name: str) -> Document:
    """A document by what is in the archive."""
    if not data.startswith(b"PK"):
        raise Unreadable("Its name says that it is an Office file or a book, but it is not.")
    parts = Parts(data)
    for part, reader in _READERS.items():
        if part in parts.names:
            return reader(parts)
    if any(part.startswith("ppt/slides/") for part in parts.names):
        return slides.read(parts)
    return foreign.read(data, name)
