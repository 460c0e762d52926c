"""Headings: the path to where one stands in a document, and how text formats write them."""

from __future__ import annotations

import re
from typing import Final

MAX_LETTERS: Final = 200
"""Of a title; a longer one is cut, since each chunk below it carries it."""

# Begins with a letter that the engine can skip to, which `^` is not: three times as fast.
_MARK: Final = re.compile(
    r"\n(?:(?P<fence>[^\S\n]*(?:```|~~~))"
    r"|(?P<hashes>\#{1,6})[^\S\n]+(?P<title>[^\n]*)"
    r"|(?P<line>[=\-~^+*])(?P=line){2,}[^\S\n]*(?=\n))"
)
_UNDERLINE: Final = re.compile(r"([=\-~^+*])\1{2,}\s*")
_LEVELS: Final = "=-~^+*"


class HeadingPath:
    """The headings above the present place: entering one leaves those of its level and below."""

    def __init__(self) -> None:
        self._titles: dict[int, str] = {}

    def enter(self, level: int, title: str) -> None:
        """Stand under a heading. `level` counts from 1, the outermost."""
        self._titles = {at: text for at, text in self._titles.items() if at < level}
        self._titles[level] = " ".join(title[: 2 * MAX_LETTERS].split())[:MAX_LETTERS]

    def __str__(self) -> str:
        titles = (self._titles[level] for level in sorted(self._titles))
        return " > ".join(filter(None, titles))


def written_headings(text: str) -> list[tuple[int, str]]:
    """Where each heading of a Markdown or reStructuredText file begins, and its path."""
    path = HeadingPath()
    found: list[tuple[int, str]] = []
    is_code = False
    for mark in _MARK.finditer(f"\n{text}\n"):  # matches begin where their lines do in the text
        is_code ^= mark["fence"] is not None
        if not is_code and (heading := _heading(text, mark)):
            start, level, title = heading
            path.enter(level, title)
            found.append((start, str(path)))
    return found


def _heading(text: str, mark: re.Match[str]) -> tuple[int, int, str] | None:
    """Where it begins, its level and its title."""
    if mark["hashes"]:
        return mark.start(), len(mark["hashes"]), mark["title"].rstrip().rstrip("#").rstrip()
    return _underlined(text, mark) if mark["line"] else None


def _underlined(text: str, mark: re.Match[str]) -> tuple[int, int, str] | None:
    end = mark.start() - 1
    start = text.rfind("\n", max(0, end - MAX_LETTERS), max(0, end)) + 1
    line = text[start : max(0, end)]
    title = line.strip()
    if not title or len(mark[0].strip()) < len(title) or _UNDERLINE.fullmatch(line):
        return None
    return start, _LEVELS.index(mark["line"]) + 1, title
