"""Rewriting of source text in place: lines stay lines, and columns can be mapped back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class _Shift:
    column: int
    old: int
    new: int
    callee: bool


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text, and per line (from 0) what moved. Columns are UTF-16 units, as in V8."""

    text: str
    shifts: dict[int, list[_Shift]] = field(hash=False)

    def original_place(self, line: int, column: int | None) -> tuple[int, int | None]:
        """The author's line and column; the last line for what is behind it."""
        last = self.text.count("\n")
        if line > last or column is None:
            return min(line, last), None
        return line, self.original_column(line, column)

    def original_column(self, line: int, column: int) -> int:
        """The author's column for a column in the new text; line and columns count from 1."""
        moved = 0
        for shift in self.shifts.get(line - 1, ()):
            start = shift.column + moved
            if column - 1 < start:
                break
            # V8 places a call of `(0,f)` behind it, and a call of `f` in front.
            if column - 1 < start + shift.new + shift.callee:
                return shift.column + 1
            moved += shift.new - shift.old
        return column - moved

    def new_column(self, line: int, column: int) -> int:
        """The column in the new text for an author's column."""
        shifts = [shift for shift in self.shifts.get(line - 1, ()) if shift.column < column]
        return column + sum(shift.new - shift.old for shift in shifts)


class Edits:
    """Replacements, by byte offset, collected in any order. They must not overlap."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._edits: list[tuple[int, int, str, bool]] = []

    def replace(self, start: int, end: int, text: str, *, callee: bool = False) -> None:
        """Put `text` in the place of source[start:end]; it has as many line ends as that."""
        self._edits.append((start, end, text, callee))

    def blank(self, start: int, end: int) -> None:
        """Leave an empty statement, of the same shape."""
        text = self._source[start:end].decode()
        self.replace(start, end, ";" + re.sub(r"[^\r\n]", _spaces, text)[1:])

    def apply(self) -> Rewritten:
        """The new text."""
        shifts: dict[int, list[_Shift]] = {}
        pieces: list[str] = []
        line, line_start, done = 0, 0, 0
        for start, end, text, callee in sorted(self._edits):
            kept = self._source[done:start]
            pieces += kept.decode(), text
            if (breaks := kept.count(b"\n")) > 0:
                line += breaks
                line_start = done + kept.rindex(b"\n") + 1
            old = self._source[start:end]
            if b"\n" in old:
                line += old.count(b"\n")
                line_start = start + old.rindex(b"\n") + 1
            elif width(old.decode()) != width(text):
                column = width(self._source[line_start:start].decode())
                shift = _Shift(column, width(old.decode()), width(text), callee)
                shifts.setdefault(line, []).append(shift)
            done = end
        pieces.append(self._source[done:].decode())
        return Rewritten("".join(pieces), shifts)


def width(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _spaces(match: re.Match[str]) -> str:
    return " " * width(match[0])
