"""Lines to chunks: whole paragraphs where they fit, whole sentences where they do not."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from understudy_rag.documents import Chunk, Line

# The end of a sentence: a full stop (or the like), closing quotes, a space; the East Asian stops.
_SENTENCE = re.compile(
    ".+?(?:[.!?\u2026]+[\"')\\]\u201d\u2019]*\\s+|[\u3002\uff01\uff1f]|$)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never cut: a line, or a sentence of a long one; with the space behind it."""

    text: str
    line: Line
    starts_paragraph: bool


def split(lines: Iterable[Line], *, size: int, overlap: int) -> list[Chunk]:
    """Chunks of at most `size` characters; each repeats up to `overlap` of the one before it.

    `overlap` is at most half of `size`. A chunk ends where a section does, or at the last
    paragraph of its second half, else at a line or a sentence.
    """
    pieces = list(_pieces(lines, longest=size, sentence_from=max(overlap, size // 4)))
    text = _Measured(pieces)
    chunks: list[Chunk] = []
    start, fresh = 0, 0
    while fresh < len(pieces):
        end = text.end_of_chunk(start, fresh, size)
        chunks += _chunk(pieces[start:end])
        start, fresh = text.start_of_next(start, end, size, overlap), end
    return chunks


class _Measured:
    """Pieces, and the offset at which each begins."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self._pieces = pieces
        self._offsets = list(accumulate((len(piece.text) for piece in pieces), initial=0))

    def end_of_chunk(self, start: int, fresh: int, size: int) -> int:
        """Where the chunk from `start` ends: behind `fresh`, up to which it is a repetition."""
        begin = self._offsets[start]
        limit = max(fresh + 1, bisect_right(self._offsets, begin + size) - 1)
        for at in range(fresh + 1, limit):
            if self._is_new_section(at) and self._offsets[at] - begin > size // 4:
                return at
        if limit == len(self._pieces):
            return limit
        for at in range(limit, fresh, -1):
            if self._pieces[at].starts_paragraph and self._offsets[at] - begin > size // 2:
                return at
        return limit

    def start_of_next(self, start: int, end: int, size: int, overlap: int) -> int:
        """Where the chunk behind `end` begins: so far before it as the overlap allows."""
        if end == len(self._pieces) or self._is_new_section(end):
            return end
        lowest = max(self._offsets[end] - overlap, self._offsets[end + 1] - size)
        return bisect_left(self._offsets, lowest, start + 1, end)

    def _is_new_section(self, at: int) -> bool:
        return self._pieces[at].line.heading != self._pieces[at - 1].line.heading


def _chunk(pieces: Sequence[_Piece]) -> list[Chunk]:
    """The chunk of these pieces, without the empty lines around it; none if all are empty."""
    filled = [at for at, piece in enumerate(pieces) if piece.text.strip()]
    if not filled:
        return []
    inner = pieces[filled[0] : filled[-1] + 1]
    text = "".join(piece.text for piece in inner).rstrip()
    return [Chunk(text, inner[0].line.number, inner[-1].line.number, inner[0].line.heading)]


def _pieces(lines: Iterable[Line], *, longest: int, sentence_from: int) -> Iterator[_Piece]:
    is_after_blank = True
    for line in lines:
        texts = [line.text] if len(line.text) <= sentence_from else _cut(line.text, longest)
        texts[-1] += "\n"
        for text in texts:
            yield _Piece(text, line, is_after_blank and bool(text.strip()))
            is_after_blank = not text.strip()


def _cut(text: str, longest: int) -> list[str]:
    """Sentences; what is longer than `longest` is cut at a space, or anywhere."""
    pieces: list[str] = []
    for sentence in _SENTENCE.findall(text):
        rest = sentence
        while len(rest) > longest:
            end = rest.rfind(" ", longest // 2, longest) + 1 or longest
            pieces.append(rest[:end])
            rest = rest[end:]
        pieces.append(rest)
    return pieces
