"""`tool_resources` as clients write them: what they name exists, what they ask for is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from understudy.errors import Invalid
from understudy.library.vector_store_files import VectorStoreFiles
from understudy.objects import Chunking, Metadata, NewFile

_STRICT = ConfigDict(extra="forbid", defer_build=True)


class NewVectorStore(BaseModel):
    """A vector store to make."""

    model_config = _STRICT

    file_ids: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list)
    chunking_strategy: Chunking | None = None
    metadata: Metadata | None = None


class FileSearchResources(BaseModel):
    """What `file_search` looks in: a store that there is, or one to make."""

    model_config = _STRICT

    vector_store_ids: Annotated[list[str], Field(max_length=1)] | None = None
    vector_stores: Annotated[list[NewVectorStore], Field(max_length=1)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> FileSearchResources:
        if self.vector_store_ids and self.vector_stores:
            raise ValueError("give vector_store_ids or vector_stores, not both")
        return self


class CodeResources(BaseModel):
    """The files of `code_interpreter`."""

    model_config = _STRICT

    file_ids: Annotated[list[str], Field(max_length=20)] = Field(default_factory=list)


class ToolResources(BaseModel):
    """What an assistant or a thread gives its tools."""

    model_config = _STRICT

    file_search: FileSearchResources | None = None
    code_interpreter: CodeResources | None = None


class Resources:
    """Checks tool resources, and makes the vector stores that they ask for."""

    def __init__(self, files: VectorStoreFiles) -> None:
        self._stores = files.stores
        self._files = files

    async def settle(self, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Tool resources that hold ids only. Raises `Invalid`, `NotFound`."""
        if given is None:
            return None
        asked = _read(given)
        settled: dict[str, Any] = {}
        if asked.file_search is not None:
            ids = asked.file_search.vector_store_ids or []
            for store_id in ids:
                await self._stores.get(store_id)
            made = [await self._make(new) for new in asked.file_search.vector_stores or ()]
            settled["file_search"] = {"vector_store_ids": [*ids, *made]}
        if asked.code_interpreter is not None:
            settled["code_interpreter"] = asked.code_interpreter.model_dump()
        return settled

    async def _make(self, new: NewVectorStore) -> str:
        additions = [
            NewFile(file_id=file_id, chunking_strategy=new.chunking_strategy)
            for file_id in dict.fromkeys(new.file_ids)
        ]
        return (await self._files.create_store(additions, metadata=new.metadata)).id


def vector_store_ids(resources: Mapping[str, Any] | None) -> Sequence[str]:
    """The vector stores that tool resources name; hand-written ones may be anything."""
    search = (resources or {}).get("file_search")
    ids = search.get("vector_store_ids") if isinstance(search, Mapping) else None
    return [id_ for id_ in ids if isinstance(id_, str)] if isinstance(ids, list) else []


def _read(given: Mapping[str, Any]) -> ToolResources:
    try:
        return ToolResources.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        param = ".".join(("tool_resources", *(str(step) for step in first["loc"])))
        raise Invalid(f"Invalid '{param}': {first['msg']}.", param=param) from None
