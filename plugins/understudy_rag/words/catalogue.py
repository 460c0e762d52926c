"""What a store has, in memory: its files, and how long each of their chunks is."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

_FILES: Final = """
SELECT file_id, first, chunks, lengths, languages, stemmed_by FROM file ORDER BY first, chunks
"""
_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The files of one edition of a store, by the ids of their chunks.

    `files` says where the chunks of each begin, and how many they are. `lengths`, in letters, begin
    with the chunk `base`; an id that no chunk has any longer has the length 0. `stemmed_by` are the
    languages that words were indexed by.
    """

    files: Mapping[str, tuple[int, int]] = field(default_factory=dict, hash=False)
    languages: Sequence[str] = ()
    stemmed_by: Sequence[str] = ()
    base: int = 1
    first: int = 1
    lengths: array[int] = field(default_factory=lambda: array("I"))
    chunks: int = 0
    letters: int = 0

    @classmethod
    def read(cls, db: sqlite3.Connection, base: int | None = None) -> Catalogue:
        """Read the table of files. `base` is at most the first chunk's id, which it is by default.

        Who keeps places behind `base` gives the same one again.
        """
        rows = db.execute(_FILES).fetchall()
        if not rows:
            return cls(base=base or 1)
        file_ids, firsts, counts, packed, languages, stemmed_by = zip(*rows, strict=True)
        base = base or firsts[0]
        lengths = array("I", _joined(base, firsts, packed))
        files = dict(zip(file_ids, zip(firsts, counts, strict=True), strict=True))
        stems = sorted({*stemmed_by} - {None})
        sums = (sum(counts), sum(lengths))
        return cls(files, _spoken(languages, counts), stems, base, firsts[0], lengths, *sums)

    @property
    def last(self) -> int:
        """The id of the last chunk."""
        return self.base + len(self.lengths) - 1

    @property
    def has_gaps(self) -> bool:
        """Whether there are ids that no chunk has any longer."""
        return self.chunks < len(self.lengths)

    @property
    def begins_late(self) -> bool:
        """Whether the first half of the ids or more, and enough to matter, have no chunk."""
        return self.first - self.base > max(10_000, len(self.lengths) // 2)

    def mask(self, only: Collection[str]) -> bytearray:
        """For each chunk from `base` on a 1 if its file is one of these."""
        mask = bytearray(len(self.lengths))
        for file_id in only:
            if file_id in self.files:
                first, count = self.files[file_id]
                start = first - self.base
                mask[start : start + count] = b"\1" * count
        return mask


def _spoken(languages: Sequence[str], counts: Sequence[int]) -> list[str]:
    """The languages of a fiftieth of the chunks or more: their stop words may be left out."""
    chunks: Counter[str] = Counter()
    for each, count in zip(languages, counts, strict=True):
        chunks.update(dict.fromkeys(each.split(), count))
    return [language for language, count in chunks.most_common() if 50 * count >= sum(counts)]


def _joined(base: int, firsts: Sequence[int], packed: Sequence[bytes]) -> bytes:
    """The lengths of all chunks, with zeros where ids are missing."""
    parts: list[bytes] = []
    due = base
    for first, lengths in zip(firsts, packed, strict=True):
        if first > due:
            parts.append(bytes(_BYTES * (first - due)))
        parts.append(lengths)
        due = first + len(lengths) // _BYTES
    return b"".join(parts)
