"""The Store protocol: the few primitives that a store plugin implements.

Everything is addressed by a `Path`, a tuple of names. An even number of names is a *document*
(`("threads", "thread_1")`, `("threads", "thread_1", "runs", "run_1")`), an odd number a
*collection* of documents (`("threads",)`), a *log* (`("threads", "thread_1", "messages")`) or a
*blob* (`("files", "file-1", "content")`): the method that is called says which.

Names come from outside. A store must refuse (`Invalid`) any that is not `NAME`, before it
touches anything.

A store is an entry point in the group `understudy.stores`; the object is a class or function that
takes the data root, a `pathlib.Path`. If it takes `durability` as well, it is given that where it
is not `full`.

`understudy.testing.store_contract.StoreContract` holds the tests that every store must pass.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final, Generic, Literal, Protocol, TypeVar, runtime_checkable

from understudy.errors import UnderstudyError

Path = tuple[str, ...]
Record = dict[str, Any]
Order = Literal["asc", "desc"]
Durability = Literal["full", "fast"]
"""`full`: what is acknowledged survives a power cut. `fast`: it survives the process only."""
T = TypeVar("T")

NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}")
"""What a name may be (`fullmatch`): no separator, no leading dot, at most 128 characters."""

ANY: Final = "*"
"""`put(..., expect=ANY)`: write whatever is there now."""


@dataclass(frozen=True, slots=True)
class Document:
    """A stored JSON object. `version` changes with every write, a hand edit included.

    `created_at` (Unix seconds) is the value's own, or the store's best knowledge. In a page, a
    document that cannot be read has `error` set and an empty value: one bad file never hides
    the others.
    """

    path: Path
    value: Record
    version: str
    created_at: float
    error: UnderstudyError | None = None

    @property
    def id(self) -> str:
        """The last name of the path."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a listing, in the order asked for. `has_more` is exact."""

    items: tuple[T, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a log. `position` grows along the log; pass it as `after=` to go on there."""

    position: int
    record: Record = field(hash=False)


@dataclass(frozen=True, slots=True)
class Damage:
    """Something stored that cannot be read; `place` is its name below the data root.

    `is_mended`: the store has set it aside or will, and nothing that was acknowledged is in it.
    """

    place: str
    text: str
    is_mended: bool = False


@dataclass(frozen=True, slots=True)
class Checkup:
    """What a store found when it read all that it holds: how many files, and what is damaged."""

    files: int
    damage: tuple[Damage, ...] = ()


@runtime_checkable
class Checked(Protocol):
    """A store that can read all that it holds: `understudy doctor` asks it to."""

    async def check(self) -> Checkup:
        """Read everything."""
        ...


class Store(Protocol):
    """Where assistants, threads, messages, runs and files are kept.

    What a call acknowledged with `durable=True` survives the death of the process and of the
    machine; with `durable=False` it survives the process. A failed call leaves what was there.
    All methods may be called concurrently, also from several processes on one location.
    """

    # -- documents

    async def get(self, path: Path) -> Document | None:
        """Read a document, or None. Raises `Invalid` if it is malformed (file, line, column)."""
        ...

    async def put(
        self, path: Path, value: Record, *, expect: str | None = ANY, durable: bool = True
    ) -> str:
        """Write a document whole and return its new version.

        `expect` is `ANY`, None (it must not exist yet) or the version it must have; otherwise
        `Conflict`.
        """
        ...

    async def delete(self, path: Path, *, trash: bool = False) -> bool:
        """Remove a document and all below it; False if there was none. `trash`: keep a copy."""
        ...

    async def page(
        self,
        collection: Path,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Document]:
        """List documents by (`created_at`, id).

        `after=ID`: those that follow ID in the requested order; `before=ID`: the page that ends
        just before ID in the requested order; both: between. An unknown ID raises `NotFound`.
        """
        ...

    # -- logs

    async def append(self, log: Path, records: Sequence[Record], *, durable: bool = True) -> int:
        """Add records to the end, all or none, and return the position of the last.

        Not `durable`, they survive the death of the process but not of the machine; a durable
        call, with no records too, puts all that was added before on the disk as well.
        """
        ...

    async def read(self, log: Path, *, after: int = 0) -> list[Entry]:
        """All records behind a position, oldest first, exactly as they were appended."""
        ...

    async def page_records(
        self,
        log: Path,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Record]:
        """List a log whose records have an `id`, by the place where each id first occurred.

        A later record with the same id replaces the earlier one; `{"id": …, "deleted": true}`
        removes it. Cursors as in `page`.
        """
        ...

    async def get_record(self, log: Path, record_id: str) -> Record | None:
        """The last record of that id, or None if there is none or it was removed."""
        ...

    # -- blobs

    async def write_blob(self, path: Path, chunks: AsyncIterable[bytes]) -> int:
        """Store bytes, replacing what was there only when all have arrived. Returns the size."""
        ...

    def read_blob(self, path: Path) -> AsyncIterator[bytes]:
        """The bytes, in pieces. Raises `NotFound`."""
        ...

    # -- the rest

    def lock(self, path: Path, *, timeout: float = 10.0) -> AbstractAsyncContextManager[None]:
        """Hold the name for as long as the block runs: one holder among all processes.

        The lock is free again when its holder dies. Raises `Conflict` after `timeout` seconds
        (0: at once).
        """
        ...

    def folder(self, path: Path) -> FilePath | None:
        """The local folder of a document, for stores that have one; it need not exist."""
        ...

    async def close(self) -> None:
        """Let go of everything. The store is not used afterwards."""
        ...


@runtime_checkable
class RemembersLocks(Protocol):
    """What a store may have besides: it can tell what was held when a process died."""

    async def held(self) -> Sequence[Path]:
        """The names that are locked now, and those whose holder died and that nobody took since."""
        ...


async def left_behind(store: Store) -> Sequence[Path]:
    """What may lie unfinished: names that are or were locked, as far as the store knows them."""
    return await store.held() if isinstance(store, RemembersLocks) else ()
