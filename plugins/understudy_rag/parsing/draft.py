"""A document in the making: text is added piece by piece, under headings and on pages."""

from __future__ import annotations

from typing import Final

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.headings import HeadingPath

MAX_LETTERS: Final = 64 * 2**20


class Draft:
    """Collects a document's text. Raises `Unreadable` when it becomes too long."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._path = HeadingPath()
        self._headings: list[tuple[int, str]] = []
        self._pages: list[int] = []

    def add(self, text: str) -> None:
        """Add text as it is."""
        self._length += len(text)
        if self._length > MAX_LETTERS:
            raise Unreadable(f"It holds more than {MAX_LETTERS // 2**20} million letters.")
        self._pieces.append(text)

    def heading(self, level: int, title: str) -> None:
        """What is added from here on stands under a heading. `level` counts from 1."""
        self._path.enter(level, title)
        self._headings.append((self._length, str(self._path)))

    def page(self) -> None:
        """What is added from here on stands on a new page.

        A form feed parts it from the one before, so that whoever has a passage can count pages.
        """
        self._pages.append(self._length)
        if self._length:
            self.add("\f")

    def append(self, document: Document) -> None:
        """Add a document, under the headings it has of its own."""
        self._headings += [(self._length + at, path) for at, path in document.headings]
        self.add(document.text)

    def document(self, *, is_prose: bool = True) -> Document:
        """What has been collected."""
        return Document("".join(self._pieces), self._headings, self._pages, is_prose)
