"""Headings: the path to where one stands in a document, and how text formats write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from understudy_rag.documents import Line

_ATX = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_FENCE = re.compile(r"\s*(```|~~~)")
_UNDERLINE = re.compile(r"([=\-~^+*])\1{2,}\s*")
_LEVELS = "=-~^+*"


class HeadingPath:
    """The headings above the present place: entering one leaves those of its level and below."""

    def __init__(self) -> None:
        self._titles: dict[int, str] = {}

    def enter(self, level: int, title: str) -> None:
        """Stand under a heading. `level` counts from 1, the outermost."""
        self._titles = {at: text for at, text in self._titles.items() if at < level}
        self._titles[level] = title

    def __str__(self) -> str:
        return " > ".join(self._titles[level] for level in sorted(self._titles))


def headed_lines(texts: Sequence[str]) -> Iterator[Line]:
    """The lines of a Markdown or reStructuredText file, each with the headings above it."""
    path = HeadingPath()
    is_code = False
    for number, (text, below) in enumerate(pairwise((*texts, "")), start=1):
        is_code ^= bool(_FENCE.match(text))
        if not is_code and (heading := _heading(text, below)):
            path.enter(*heading)
        yield Line(number, text, str(path))


def _heading(text: str, below: str) -> tuple[int, str] | None:
    if marked := _ATX.fullmatch(text):
        return len(marked[1]), marked[2]
    title = text.strip()
    underline = _UNDERLINE.fullmatch(below)
    if underline and title and len(below.strip()) >= len(title) and not _UNDERLINE.fullmatch(text):
        return _LEVELS.index(underline[1]) + 1, title
    return None
