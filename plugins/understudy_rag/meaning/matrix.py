"""All vectors of a store in memory, for an exact scan with numpy; a copy that is kept current.

A product of a matrix with a vector reads memory at its full speed: 5 ms for 100,000 vectors of 384
dimensions. No approximate index is faster below half a million of them, and none has to be kept.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from understudy_rag.meaning.stored_vectors import Numbered, State, StoredVectors

if TYPE_CHECKING:
    import numpy as np

MAX_BYTES: Final = 512 * 2**20
"""The most memory for one store: 350,000 vectors of 384 dimensions. Larger ones are not scanned."""
_BLOCK: Final = 64
_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest chunks with their cosines, and the least and the greatest cosine of all."""

    cosines: dict[int, float]
    least: float
    greatest: float


@dataclass(frozen=True, slots=True)
class _Copy:
    """The vectors, each as a row. There may be room behind the first `number` rows."""

    ids: np.ndarray
    chunks: np.ndarray
    rows: np.ndarray
    number: int
    order: np.ndarray
    """Where the rows of the chunks are, by the chunks' ids."""

    @classmethod
    def empty(cls, room: int, dimensions: int) -> _Copy:
        import numpy as np

        ids, chunks = np.empty(room, np.int64), np.empty(room, np.int64)
        return cls(ids, chunks, np.empty((room, dimensions), np.float32), 0, ids[:0])

    def kept(self, ids: Sequence[int], room: int) -> _Copy:
        """Those of some ids, with room for more."""
        import numpy as np

        wanted = np.isin(self.ids[: self.number], np.array(ids, dtype=np.int64))
        number = int(wanted.sum())
        copy = _Copy.empty(room, self.rows.shape[1])
        for old, new in zip(self._arrays, copy._arrays, strict=True):
            new[:number] = old[: self.number][wanted]
        return replace(copy, number=number)

    def more(self, vectors: Sequence[Numbered]) -> _Copy:
        """With further vectors, for which there must be room."""
        import numpy as np

        end = self.number + len(vectors)
        numbers = np.frombuffer(b"".join(each.q for each in vectors), np.int8)
        scales = np.array([each.scale for each in vectors], np.float32)
        self.ids[self.number : end] = [each.id for each in vectors]
        self.chunks[self.number : end] = [each.chunk for each in vectors]
        rows = numbers.reshape(len(vectors), -1)
        np.multiply(rows, scales[:, None], out=self.rows[self.number : end])
        return replace(self, number=end)

    def places(self, chunks: Sequence[int]) -> np.ndarray:
        """The rows of some chunks, as far as they have one."""
        import numpy as np

        wanted = np.array(chunks, dtype=np.int64)
        at = np.searchsorted(self.chunks[: self.number], wanted, sorter=self.order)
        places = self.order[at.clip(max=self.number - 1)]
        found: np.ndarray = places[self.chunks[places] == wanted]
        return found

    @property
    def _arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.ids, self.chunks, self.rows

    @property
    def last(self) -> int:
        return int(self.ids[self.number - 1]) if self.number else 0


class Matrix:
    """The vectors of one store, for several threads."""

    def __init__(self, stored: StoredVectors) -> None:
        self._stored = stored
        self._mutex = threading.Lock()
        self._state: State | None = None
        self._copy: _Copy | None = None

    def nearest(
        self,
        query: Sequence[float],
        limit: int,
        only: Collection[str] | None,
        also: Sequence[int],
    ) -> Nearest | None:
        """The chunks with the greatest cosine, of the files in `only` if given.

        Those in `also` have theirs told in any case. None if there are no vectors, or too many.
        """
        import numpy as np

        with self._mutex:
            copy = self._refresh(len(query))
        if copy is None or not copy.number:
            return None
        cosines = copy.rows[: copy.number] @ np.array(query, dtype=np.float32)
        least, greatest = float(cosines.min()), float(cosines.max())
        if only is None:
            best = _largest(cosines, limit)
        else:
            allowed = copy.places(self._stored.chunks_of(only))
            best = allowed[_largest(cosines[allowed], limit)]
        best = np.union1d(best, copy.places(also))
        found = zip(copy.chunks[best].tolist(), cosines[best].tolist(), strict=True)
        return Nearest(dict(found), least, greatest)

    def _refresh(self, dimensions: int) -> _Copy | None:
        """The vectors as they are now. What is there is kept; another model's begin anew."""
        state = self._stored.state()
        if state == self._state:
            return self._copy
        ids = self._stored.ids()
        if state is None or not ids or len(ids) * dimensions * 4 > MAX_BYTES:
            self._copy = None
        else:
            same = self._state is not None and self._state.origin == state.origin
            copy = self._copy if same else None
            self._copy = self._brought_up(copy or _Copy.empty(0, dimensions), ids)
        self._state = state
        return self._copy

    def _brought_up(self, copy: _Copy, ids: Sequence[int]) -> _Copy:
        known = bisect_right(ids, copy.last)
        if known != copy.number or len(ids) > len(copy.ids):
            copy = copy.kept(ids[:known], len(ids) + len(ids) // 4)
        while vectors := self._stored.after(copy.last, ids[-1], copy.rows.shape[1], _PAGE):
            copy = copy.more(vectors)
        return replace(copy, order=copy.chunks[: copy.number].argsort())


def _largest(values: np.ndarray, limit: int) -> np.ndarray:
    """Where the largest values are, in no order.

    Sorting 100,000 takes a millisecond; the largest of each 64 tells what cannot be among
    them in a twentieth of that.
    """
    import numpy as np

    if len(values) > limit * _BLOCK:
        whole = len(values) // _BLOCK * _BLOCK
        tops = values[:whole].reshape(_BLOCK, -1).max(axis=0)
        least = np.partition(tops, -limit)[-limit]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    if len(places) <= limit:
        return places
    best: np.ndarray = places[np.argpartition(values[places], -limit)[-limit:]]
    return best
