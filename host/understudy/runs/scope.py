"""Which effect is which: ids that are the same when a run is played again.

Effects are numbered as they are asked for, inside each other: `e2.e1` is the first one that `e2`
asked for, a tool perhaps, or the default loop. So two loops or tools that work side by side never
change each other's numbers. Lines of the log (`l1`) and timers (`t1`) are counted apart.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Final

_LETTERS: Final = {"log": "l", "timer": "t"}


class Scope:
    """Where effects are asked for: the run itself, or inside one of its effects."""

    def __init__(self, effect_id: str = "") -> None:
        self._prefix = f"{effect_id}." if effect_id else ""
        self._counts = Counter[str]()

    def seed(self, of_run: bytes) -> bytes:
        """The chance that code has here: the same whenever the run is played."""
        return hashlib.sha256(of_run + self._prefix.encode()).digest()

    def next_id(self, kind: str) -> str:
        """The id of the next effect."""
        letter = _LETTERS.get(kind, "e")
        self._counts[letter] += 1
        return f"{self._prefix}{letter}{self._counts[letter]}"


def outer(effect_id: str) -> list[str]:
    """The effects inside which one was asked for, the nearest first."""
    parts = effect_id.split(".")
    return [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def is_aside(effect_id: str) -> bool:
    """Whether nothing follows from it: a line of the log, a timer."""
    return effect_id.rpartition(".")[2][0] in _LETTERS.values()


def call_id(run_id: str, effect_id: str, index: int = 0) -> str:
    """The id of a tool call that was given none: the same whenever the run is played."""
    text = f"{run_id} {effect_id} {index}"
    return "call_" + hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
