"""The files of a vector store: folded from its log, `vector_stores/ID/files.jsonl`.

A log and not a document for each: adding a batch of 2000 files is one write, and every process
learns of the others' changes by reading on.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from understudy.objects.vector_store import FileCounts, FileStatus, VectorStoreFile
from understudy.store import Path, Record, Store


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a vector store. `added` (Unix seconds) tells it from an earlier stay there."""

    id: str
    added: float
    filename: str
    chunking_strategy: dict[str, Any] = field(hash=False)
    attributes: dict[str, Any] = field(hash=False)
    batch_id: str | None = None
    status: FileStatus = "in_progress"
    usage_bytes: int = 0
    last_error: dict[str, Any] | None = field(default=None, hash=False)

    def file(self, store_id: str) -> VectorStoreFile:
        """The object that is sent."""
        return VectorStoreFile.read(
            {
                "id": self.id,
                "created_at": int(self.added),
                "vector_store_id": store_id,
                "status": self.status,
                "usage_bytes": self.usage_bytes,
                "last_error": self.last_error,
                "chunking_strategy": self.chunking_strategy,
                "attributes": self.attributes,
            }
        )


_FIELDS = frozenset(each.name for each in fields(Member))


class Members:
    """The members of one vector store, in the order in which they were added.

    Lines of the log: a whole member; `{"id", "of", …changes}` for the stay that began at `of`;
    `{"id", "deleted": true}`.
    """

    def __init__(self, store: Store, path: Path) -> None:
        self.path = path
        self._store = store
        self._log: Path = (*path, "files")
        self._position = 0
        self._members: dict[str, Member] = {}
        self._turns = asyncio.Lock()

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._members.values()))

    def get(self, file_id: str) -> Member | None:
        """One of them, as far as it was read."""
        return self._members.get(file_id)

    def unfinished(self) -> list[Member]:
        """Those still to be made searchable."""
        return [member for member in self if member.status == "in_progress"]

    def counts(self) -> FileCounts:
        """How many are in which state."""
        return count(self)

    async def refresh(self) -> None:
        """Read what was written since, by whichever process."""
        async with self._turns:
            for entry in await self._store.read(self._log, after=self._position):
                self._fold(entry.record)
                self._position = entry.position

    async def add(self, members: Iterable[Member]) -> None:
        """Add files, durably; a file that is there already begins anew."""
        await self._write([asdict(member) for member in members], durable=True)

    async def change(self, member: Member, **changes: Any) -> None:
        """Change a member's fields, unless its stay is over."""
        await self._write([{"id": member.id, "of": member.added, **changes}])

    async def settle(self, members: Iterable[Member], status: FileStatus) -> None:
        """Put members into a state."""
        await self._write([{"id": m.id, "of": m.added, "status": status} for m in members])

    async def remove(self, file_id: str) -> None:
        """Take a file out, durably."""
        await self._write([{"id": file_id, "deleted": True}], durable=True)

    async def _write(self, records: list[Record], *, durable: bool = False) -> None:
        if records:
            await self._store.append(self._log, records, durable=durable)
        await self.refresh()

    def _fold(self, record: Mapping[str, Any]) -> None:
        file_id = str(record.get("id"))
        known = self._members.get(file_id)
        if record.get("deleted"):
            self._members.pop(file_id, None)
        elif "added" in record:
            self._members.pop(file_id, None)
            self._members[file_id] = Member(**_known(record))
        elif known is not None and known.added == record.get("of") and _may(known, record):
            self._members[file_id] = replace(known, **_known(record))


def count(members: Iterable[Member]) -> FileCounts:
    """How many are in which state."""
    states = Counter(member.status for member in members)
    return FileCounts.read({**states, "total": states.total()})


def stamps(number: int) -> list[float]:
    """Times of now that are all different, in order."""
    now = time.time()
    return [now + index / 1e6 for index in range(number)]


def _may(known: Member, record: Mapping[str, Any]) -> bool:
    """A file that was cancelled meanwhile is not completed any more."""
    status = record.get("status")
    return status in (None, "in_progress") or known.status == "in_progress"


def _known(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in _FIELDS}
