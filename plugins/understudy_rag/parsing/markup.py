"""HTML to its visible text: a line for each paragraph, and an empty one behind it."""

from __future__ import annotations

from html.parser import HTMLParser

from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.draft import Draft

_HIDDEN = frozenset({"script", "style", "template", "svg"})
_INLINE_TAGS = """
    a abbr b bdi bdo cite code data del dfn em font i img ins kbd label mark q s samp small span
    strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset({"td", "th"})


def read_html(text: str) -> Document:
    """The visible text of a page, paragraphs parted by empty lines."""
    page = _Page()
    page.feed(text)
    page.close()
    page.end_paragraph()
    return page.draft.document()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.draft = Draft()
        self._pieces: list[str] = []
        self._hidden: str | None = None
        self._is_preformatted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden is None and tag in _HIDDEN:
            self._hidden = tag
        self._part(tag)
        self._is_preformatted |= tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        if tag in _HEADINGS and (title := self._paragraph()):
            self.draft.heading(_HEADINGS[tag], title)
        self._part(tag)
        self._is_preformatted &= tag != "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._is_preformatted:
            self.draft.add(data)
        elif data.strip():
            self._pieces.append(data)
        elif self._pieces:
            self._pieces.append(" ")

    def end_paragraph(self) -> None:
        """Close the paragraph that was being read."""
        if text := self._paragraph():
            self.draft.add(f"{text}\n\n")
        self._pieces.clear()

    def _part(self, tag: str) -> None:
        if tag in _CELLS:
            self._pieces.append(" ")
        elif tag not in _INLINE:
            self.end_paragraph()

    def _paragraph(self) -> str:
        return " ".join("".join(self._pieces).split())
