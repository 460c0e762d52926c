"""Vector stores, the files in them, and batches of files that were added together."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    model_validator,
)

from understudy.objects.object import Metadata, Object

DEFAULT_CHUNK: Final = 800
DEFAULT_OVERLAP: Final = 400

Attributes = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=64)],
        StrictBool | StrictInt | StrictFloat | Annotated[str, StringConstraints(max_length=512)],
    ],
    Field(max_length=16),
]
"""Up to 16 pairs for filters; keys of 64 characters, values text of 512, numbers or booleans."""


class _Deferred(Object):
    """Built when it is first used: most hosts have no vector stores."""

    model_config = ConfigDict(defer_build=True)


class FileCounts(_Deferred):
    """How many files are in which state."""

    in_progress: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    total: int = 0


class ExpiresAfter(BaseModel):
    """When a vector store expires: so many days after it was last used."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    anchor: Literal["last_active_at"]
    days: Annotated[int, Field(ge=1, le=365)]


class ChunkSizes(BaseModel):
    """How long chunks are, and how much they repeat of the one before, in tokens."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    max_chunk_size_tokens: Annotated[int, Field(ge=100, le=4096)] = DEFAULT_CHUNK
    chunk_overlap_tokens: Annotated[int, Field(ge=0)] = DEFAULT_OVERLAP

    @model_validator(mode="after")
    def _overlap_leaves_room(self) -> ChunkSizes:
        if self.chunk_overlap_tokens > self.max_chunk_size_tokens // 2:
            raise ValueError("chunk_overlap_tokens may be at most half of max_chunk_size_tokens")
        return self


class StaticChunking(BaseModel):
    """Chunks of a given size."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    type: Literal["static"] = "static"
    static: ChunkSizes = Field(default_factory=ChunkSizes)


class AutoChunking(BaseModel):
    """Chunks of the usual size: 800 tokens, of which 400 repeat the chunk before."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    type: Literal["auto"]


Chunking = Annotated[StaticChunking | AutoChunking, Field(discriminator="type")]


class NewFile(BaseModel):
    """A file to add to a vector store. Without a chunking strategy it is `auto`."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    file_id: str
    chunking_strategy: Chunking | None = None
    attributes: Attributes | None = None

    def chunking(self) -> StaticChunking:
        """The sizes that are meant."""
        given = self.chunking_strategy
        return given if isinstance(given, StaticChunking) else StaticChunking()


class VectorStore(_Deferred):
    """A collection of files that can be searched. The name is empty if none was given."""

    id: str
    object: Literal["vector_store"] = "vector_store"
    created_at: int
    name: str = ""
    usage_bytes: int = 0
    file_counts: FileCounts = Field(default_factory=FileCounts)
    status: Literal["expired", "in_progress", "completed"] = "completed"
    expires_after: ExpiresAfter | None = None
    expires_at: int | None = None
    last_active_at: int | None = None
    metadata: Metadata = Field(default_factory=dict)

    def is_expired(self, now: float) -> bool:
        """Whether it was not used for longer than it may be."""
        return self.expires_at is not None and self.expires_at <= now


class FileError(_Deferred):
    """Why a file cannot be searched."""

    code: Literal["server_error", "unsupported_file", "invalid_file"]
    message: str


FileStatus = Literal["in_progress", "completed", "cancelled", "failed"]


class VectorStoreFile(_Deferred):
    """A file in a vector store. It has the id of the file itself."""

    id: str
    object: Literal["vector_store.file"] = "vector_store.file"
    usage_bytes: int = 0
    created_at: int
    vector_store_id: str
    status: FileStatus = "in_progress"
    last_error: FileError | None = None
    chunking_strategy: StaticChunking = Field(default_factory=StaticChunking)
    attributes: dict[str, Any] = Field(default_factory=dict)


class FileBatch(_Deferred):
    """Files that were added together."""

    id: str
    object: Literal["vector_store.files_batch"] = "vector_store.files_batch"
    created_at: int
    vector_store_id: str
    status: FileStatus = "in_progress"
    file_counts: FileCounts = Field(default_factory=FileCounts)


class FoundText(_Deferred):
    """Text of a chunk that was found."""

    type: Literal["text"] = "text"
    text: str


class SearchResult(_Deferred):
    """A chunk that was found. `score` is from 0 to 1.

    Where it stands in its file (see `understudy.indexes.Hit`) is not sent: OpenAI's object has no
    place for it.
    """

    file_id: str
    filename: str
    score: float
    attributes: dict[str, Any] = Field(default_factory=dict)
    content: list[FoundText]
    page: int | None = Field(default=None, exclude=True)
    line: int | None = Field(default=None, exclude=True)
    heading: str = Field(default="", exclude=True)
    start: int = Field(default=0, exclude=True)
    end: int = Field(default=0, exclude=True)

    @property
    def text(self) -> str:
        """The chunk."""
        return "".join(part.text for part in self.content)
