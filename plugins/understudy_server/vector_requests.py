"""What clients send to `/v1/vector_stores`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from understudy.objects import (
    AttributeFilter,
    Attributes,
    Chunking,
    ExpiresAfter,
    FileStatus,
    Metadata,
    NewFile,
    RankingOptions,
)
from understudy_server.paging import PageQuery
from understudy_server.requests import STRICT

FileIds = Annotated[list[str], Field(min_length=1, max_length=2000)]
QueryText = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class CreateVectorStore(BaseModel):
    """`POST /vector_stores`."""

    model_config = STRICT

    name: str | None = None
    description: str | None = None
    file_ids: Annotated[list[str], Field(max_length=500)] | None = None
    expires_after: ExpiresAfter | None = None
    chunking_strategy: Chunking | None = None
    metadata: Metadata | None = None


class ModifyVectorStore(BaseModel):
    """`POST /vector_stores/{id}`: only the fields that are sent change."""

    model_config = STRICT

    name: str | None = None
    expires_after: ExpiresAfter | None = None
    metadata: Metadata | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent; metadata null is none."""
        sent = self.model_dump(exclude_unset=True)
        return {**sent, "metadata": sent["metadata"] or {}} if "metadata" in sent else sent


class ModifyAttributes(BaseModel):
    """`POST /vector_stores/{id}/files/{id}`."""

    model_config = STRICT

    attributes: Attributes | None


class CreateBatch(BaseModel):
    """`POST /vector_stores/{id}/file_batches`: ids with common settings, or each with its own."""

    model_config = STRICT

    file_ids: FileIds | None = None
    files: Annotated[list[NewFile], Field(min_length=1, max_length=2000)] | None = None
    chunking_strategy: Chunking | None = None
    attributes: Attributes | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> CreateBatch:
        if (self.file_ids is None) is (self.files is None):
            raise ValueError("give either file_ids or files")
        return self

    def additions(self) -> Sequence[NewFile]:
        """The files, each with its settings."""
        if self.files is not None:
            return self.files
        return [
            NewFile(
                file_id=file_id,
                chunking_strategy=self.chunking_strategy,
                attributes=self.attributes,
            )
            for file_id in self.file_ids or ()
        ]


class SearchVectorStore(BaseModel):
    """`POST /vector_stores/{id}/search`."""

    model_config = STRICT

    query: QueryText | Annotated[list[QueryText], Field(min_length=1, max_length=100)]
    rewrite_query: bool = False
    max_num_results: Annotated[int, Field(ge=1, le=50)] = 10
    filters: AttributeFilter | None = None
    ranking_options: RankingOptions | None = None

    def queries(self) -> list[str]:
        """What is looked for."""
        return [self.query] if isinstance(self.query, str) else self.query


class StateQuery(PageQuery):
    """A page of the files in one state."""

    model_config = ConfigDict(extra="ignore", defer_build=True)

    filter: FileStatus | None = None
