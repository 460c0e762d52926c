"""What a store has, in memory: its files, and how long each of their chunks is."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

_FILES: Final = "SELECT file_id, first, chunks, lengths, languages FROM file ORDER BY first, chunks"
_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The files of one edition of a store, by the ids of their chunks.

    `lengths`, in letters, begin with the chunk `base`; an id that no chunk has any longer has the
    length 0.
    """

    file_ids: Sequence[str] = ()
    firsts: Sequence[int] = ()
    counts: Sequence[int] = ()
    languages: Sequence[str] = ()
    base: int = 0
    lengths: array[int] = field(default_factory=lambda: array("I"))
    chunks: int = 0
    letters: int = 0

    @classmethod
    def read(cls, db: sqlite3.Connection) -> Catalogue:
        """Read the table of files."""
        rows = db.execute(_FILES).fetchall()
        if not rows:
            return cls()
        file_ids, firsts, counts, packed, languages = zip(*rows, strict=True)
        lengths = array("I", _joined(firsts, packed))
        spoken = _spoken(languages, counts)
        sums = (sum(counts), sum(lengths))
        return cls(file_ids, firsts, counts, spoken, firsts[0], lengths, *sums)

    def mask(self, only: Collection[str]) -> bytearray:
        """For each chunk from `base` on a 1 if its file is one of these."""
        mask = bytearray(len(self.lengths))
        for file_id, first, count in zip(self.file_ids, self.firsts, self.counts, strict=True):
            if file_id in only:
                start = first - self.base
                mask[start : start + count] = b"\1" * count
        return mask


def _spoken(languages: Sequence[str], counts: Sequence[int]) -> list[str]:
    """The languages of a fiftieth of the chunks or more: each makes every new word dearer."""
    chunks: Counter[str] = Counter()
    for each, count in zip(languages, counts, strict=True):
        chunks.update(dict.fromkeys(each.split(), count))
    return [language for language, count in chunks.most_common() if 50 * count >= sum(counts)]


def _joined(firsts: Sequence[int], packed: Sequence[bytes]) -> bytes:
    """The lengths of all chunks, with zeros where ids are missing."""
    parts: list[bytes] = []
    due = firsts[0]
    for first, lengths in zip(firsts, packed, strict=True):
        if first > due:
            parts.append(bytes(_BYTES * (first - due)))
        parts.append(lengths)
        due = first + len(lengths) // _BYTES
    return b"".join(parts)
