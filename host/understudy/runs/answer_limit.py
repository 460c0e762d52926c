"""How long one answer may be: code that never ends is stopped before it fills the disk."""

from __future__ import annotations

from typing import Final

from understudy.errors import Invalid
from understudy.runs.run import Part

MAX_CHARACTERS: Final = 4 * 2**20
MAX_PARTS: Final = 2**18
"""Twice the tokens that the most talkative models may write, each a part of its own."""


class AnswerLimit:
    """Counts what one run says."""

    def __init__(self) -> None:
        self._characters = 0
        self._parts = 0

    def count(self, part: Part) -> None:
        """Raise `Invalid` if this is too much."""
        self._parts += 1
        self._characters += len(part) if isinstance(part, str) else 0
        if self._parts > MAX_PARTS:
            raise Invalid(f"The answer has more than {MAX_PARTS:,} parts.", hint=_HINT)
        if self._characters > MAX_CHARACTERS:
            raise Invalid(f"The answer has more than {MAX_CHARACTERS:,} characters.", hint=_HINT)


_HINT: Final = "Look for a loop that does not end, or write long results into files."
