"""HTML to lines: a paragraph each, with the line of the file where it begins."""

from __future__ import annotations

from html.parser import HTMLParser

from understudy_rag.documents import Line
from understudy_rag.headings import HeadingPath

_HIDDEN = frozenset({"script", "style", "template", "svg"})
_INLINE_TAGS = """
    a abbr b bdi bdo cite code data del dfn em font i img ins kbd label mark q s samp small span
    strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset({"td", "th"})


def html_lines(text: str) -> list[Line]:
    """The visible text of a page, paragraphs parted by empty lines."""
    page = _Page()
    page.feed(text)
    page.close()
    page.end_paragraph()
    return page.lines


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self._path = HeadingPath()
        self._pieces: list[str] = []
        self._number = 0
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
            self._path.enter(_HEADINGS[tag], title)
        self._part(tag)
        self._is_preformatted &= tag != "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._is_preformatted:
            self._add_preformatted(data)
        elif data.strip():
            self._number = self._number or self._line_of(data)
            self._pieces.append(data)
        elif self._pieces:
            self._pieces.append(" ")

    def end_paragraph(self) -> None:
        """Close the paragraph that was being read."""
        if text := self._paragraph():
            self.lines += [Line(self._number, text, str(self._path)), Line(self._number, "")]
        self._pieces.clear()
        self._number = 0

    def _part(self, tag: str) -> None:
        if tag in _CELLS:
            self._pieces.append(" ")
        elif tag not in _INLINE:
            self.end_paragraph()

    def _paragraph(self) -> str:
        return " ".join("".join(self._pieces).split())

    def _line_of(self, data: str) -> int:
        blank = data[: len(data) - len(data.lstrip())]
        return self.getpos()[0] + blank.count("\n")

    def _add_preformatted(self, data: str) -> None:
        first = self.getpos()[0]
        texts = enumerate(data.split("\n"), start=first)
        self.lines += [Line(number, text, str(self._path)) for number, text in texts]
