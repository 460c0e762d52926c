"""Documents to chunks: whole paragraphs where they fit, whole sentences where they do not.

Works on offsets into one string: a chunk costs a few searches near its end, not one for each line.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from understudy_rag.parsing.documents import Chunk, Document

# No `+` behind the full stop: a line of nothing but dots would be gone through again and again.
_SENTENCE_END: Final = re.compile(
    "[.!?\u2026][\"')\\]\u201d\u2019\u00bb]*\\s"  # and closing quotes, and a space
    "|[\u3002\uff01\uff1f\uff61"  # Chinese and Japanese need no space; nor do Indian scripts,
    "\u0964\u0965\u061f\u06d4\u1362\u1367\u17d4\u104b\u0589\u0f0e]"  # Arabic, Amharic, Khmer …
    "[\"')\\]\u201d\u2019\u00bb\u300d\u300f\uff09]*\\s?"
)
_CLAUSE_END: Final = re.compile("[\\s,;\u3001\uff0c\uff1b\uff1a\u060c\u061b]")
_BLANK_LINES: Final = re.compile(r"\s*\n")
_TRIES: Final = 32
_JOINERS: Final = "\u200c\u200d"

Rule = Callable[[str, int, int], int]


def split(document: Document, *, size: int, overlap: int) -> list[Chunk]:
    """Chunks of at most `size` characters; each repeats up to `overlap` of the one before it.

    `overlap` is at most half of `size`. A chunk ends where a section does, or at the last
    paragraph of its second half, else at a sentence (in tables and code: a line), else at a space.
    """
    text = document.text
    sections = [start for start, _ in document.headings]
    chunks: list[Chunk] = []
    seen, line = 0, 1
    for start, end in _spans(document, sections, size, overlap):
        line, seen = line + text.count("\n", seen, start), start
        part = text[start:end]
        section = bisect_right(sections, start)
        heading = document.headings[section - 1][1] if section else ""
        page = bisect_right(document.pages, start) or None
        last = line + part.count("\n")
        chunks.append(Chunk(part, line, last, heading, start, end, page))
    return chunks


def _spans(
    document: Document, sections: Sequence[int], size: int, overlap: int
) -> Iterator[tuple[int, int]]:
    """Where each chunk begins and ends, without the empty lines around it."""
    text = document.text
    start = fresh = 0
    while fresh < len(text):
        end = _section_end(sections, max(fresh, start + size // 4), min(start + size, len(text)))
        is_section = end > 0
        end = end or _end(document, start, fresh, size)
        part = text[start:end].rstrip()
        if start + len(part) > fresh:
            blank = _BLANK_LINES.match(part)
            yield start + (blank.end() if blank else 0), start + len(part)
        start, fresh = end if is_section else _repeated(document, start, end, overlap), end


def _section_end(sections: Sequence[int], lowest: int, limit: int) -> int:
    """Where the first section behind `lowest` begins, up to `limit`; 0 if none does."""
    at = bisect_right(sections, lowest)
    return sections[at] if at < len(sections) and sections[at] <= limit else 0


def _end(document: Document, start: int, fresh: int, size: int) -> int:
    """Where the chunk from `start` ends: behind `fresh`, up to which it is a repetition."""
    limit, lowest = start + size, max(fresh, start + size // 2)
    if limit >= len(document.text):
        return len(document.text)
    for rule in _PROSE if document.is_prose else _ROWS:
        if (end := rule(document.text, lowest, limit)) > lowest:
            return end
    return max(fresh + 1, _before_marks(document.text, limit))


def _repeated(document: Document, start: int, end: int, overlap: int) -> int:
    """Where the chunk behind `end` begins: so far before it as the overlap allows."""
    text, lowest = document.text, max(end - overlap, start + 1)
    if lowest >= end or end == len(text):
        return end
    line = text.find("\n", lowest - 1, end - 1) + 1
    if document.is_prose and (found := _SENTENCE_END.search(text, max(0, lowest - 2), end)):
        return min(line or end, found.end()) if found.end() < end else line or lowest
    return line or lowest


def _paragraph(text: str, lowest: int, limit: int) -> int:
    """Behind the last empty line, rather one before text that is not indented: a new function."""
    last = at = text.rfind("\n\n", lowest, limit)
    for _ in range(_TRIES):
        if at < 0:
            break
        if text[at + 2] not in " \t\n":
            return at + 2
        at = text.rfind("\n\n", lowest, at)
    return last + 2


def _sentence(text: str, lowest: int, limit: int) -> int:
    part = text[lowest:limit]
    if part.isascii() and not any(mark in part for mark in ".!?"):
        return 0  # a list of words: ten times as fast as going through it
    return _last(_SENTENCE_END, text, lowest, limit)


def _line(text: str, lowest: int, limit: int) -> int:
    return text.rfind("\n", lowest, limit) + 1


def _member(text: str, lowest: int, limit: int) -> int:
    """Behind an object or array of JSON that is written on one line."""
    return max(text.rfind("},", lowest, limit), text.rfind("],", lowest, limit)) + 2


def _clause(text: str, lowest: int, limit: int) -> int:
    return _last(_CLAUSE_END, text, lowest, limit)


def _last(pattern: re.Pattern[str], text: str, lowest: int, limit: int) -> int:
    """Where the last match ends. Most are near the end, so that is where the search begins."""
    for reach in (128, 512, limit - lowest):
        ends = [found.end() for found in pattern.finditer(text, max(lowest, limit - reach), limit)]
        if ends:
            return ends[-1]
    return 0


def _before_marks(text: str, limit: int) -> int:
    """A letter stays with its accents, an emoji with what it is joined to."""
    end = limit
    while limit - end < 16 and (
        unicodedata.combining(text[end]) or text[end] in _JOINERS or text[end - 1] in _JOINERS
    ):
        end -= 1
    return end


_PROSE: Final[tuple[Rule, ...]] = (_paragraph, _sentence, _line, _clause)
_ROWS: Final[tuple[Rule, ...]] = (_paragraph, _line, _member, _sentence, _clause)
