"""The Index protocol: what a plugin implements to make the files of vector stores searchable.

An index is an entry point in the group `understudy.indexes`; the object is a class or function
that takes the data root, a `pathlib.Path`. The host uses the one called `rag`:

    [project.entry-points."understudy.indexes"]
    rag = "understudy_rag.index:RagIndex"

The host keeps the objects (vector stores, their files, attributes, states) and asks the index for
text only. What an index keeps is derived: the host compares `files` with its own list when a store
is first used, adds what is missing and removes what is too many, so that an index may be deleted at
any time. A vector store's data belong below `vector_stores/ID/` of the data root.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from understudy.embeddings import Embedder
from understudy.errors import Invalid


class Unsearchable(Invalid):
    """A file that cannot be made searchable; the message says why, for the one who uploaded it.

    `code` is OpenAI's: `unsupported_file` (the format is unknown), `invalid_file` (it is damaged,
    encrypted, too large).
    """

    def __init__(self, message: str, *, code: Literal["unsupported_file", "invalid_file"]) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file to add. Sizes are in tokens, as OpenAI's chunking strategies give them.

    `embedder` is that of its vector store, if it has one.
    """

    file_id: str
    filename: str
    content: AsyncIterator[bytes] = field(hash=False, compare=False, repr=False)
    chunk_tokens: int = 800
    overlap_tokens: int = 400
    embedder: Embedder | None = field(default=None, hash=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much words and vectors count in a score, where there are both. They add up to 1."""

    text: float = 0.4
    embedding: float = 0.6


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found. `score` is from 0 to 1, comparable within one search.

    It is `Index.text(…)[start:end]` of its file, in characters. `page` (None in files without
    pages) and `line` are where it begins, from 1; `heading` is the path of headings above it.
    """

    store_id: str
    file_id: str
    score: float
    text: str
    start: int = 0
    end: int = 0
    page: int | None = None
    line: int | None = None
    heading: str = ""


class Index(Protocol):
    """Finds passages in the files of vector stores.

    All methods may be called concurrently, also from several processes on one data root. What
    `add` and `remove` acknowledged survives the death of the process. An index that is found
    damaged is set aside (`files` then begins at nothing), and `StoreError` of the kind `damaged`
    is raised: the host adds the files again and repeats the call.
    """

    async def add(self, store_id: str, file: IndexedFile) -> int:
        """Make a file searchable, in place of what it was before; returns the bytes it takes.

        Raises `Unsearchable`.
        """
        ...

    async def remove(self, store_id: str, file_id: str) -> None:
        """Forget a file, if it is there."""
        ...

    async def drop(self, store_id: str) -> None:
        """Forget a vector store and let go of its data."""
        ...

    async def files(self, store_id: str) -> Collection[str]:
        """The ids of the files that can be searched."""
        ...

    async def search(
        self,
        store_ids: Sequence[str],
        query: str,
        *,
        limit: int,
        only: Mapping[str, Collection[str]],
        embedders: Mapping[str, Embedder],
        weights: Weights,
    ) -> Sequence[Hit]:
        """The best chunks of several stores, best first, on one scale.

        `only`: for stores that are named there, the files to look in. `embedders`: for stores that
        have one, what makes its vectors. A failure of those fails no search.
        """
        ...

    async def text(self, filename: str, content: AsyncIterator[bytes]) -> str:
        """A file's text as it is searched. Raises `Unsearchable`."""
        ...

    async def close(self) -> None:
        """Let go of everything; what is under way is stopped."""
        ...


IndexFactory = Callable[[Path], Index]
