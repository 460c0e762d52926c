"""What is sent besides the host's objects: errors, lists, what is gone."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from understudy.objects import SearchResult

T = TypeVar("T", bound=BaseModel)
ErrorType = Literal["invalid_request_error", "server_error"]


class Error(BaseModel):
    """What went wrong. `param` names the field of the request, `code` tells programs."""

    message: str
    type: ErrorType
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """The body of every answer that is not a success."""

    error: Error


class Deleted(BaseModel):
    """What was deleted; `object` tells what it was."""

    id: str
    object: str
    deleted: Literal[True]


class ListOf(BaseModel, Generic[T]):
    """A page of a list."""

    object: Literal["list"]
    data: list[T]
    first_id: str | None
    last_id: str | None
    has_more: bool


class SearchResults(BaseModel):
    """The best of what was found, best first."""

    object: Literal["vector_store.search_results.page"]
    search_query: list[str]
    data: list[SearchResult]
    has_more: bool
    next_page: str | None


class FileContent(BaseModel):
    """A file's text, as it is searched."""

    object: Literal["vector_store.file_content.page"]
    data: list[dict[str, Any]]
    has_more: bool
    next_page: str | None


class Health(BaseModel):
    """The server is there."""

    status: Literal["ok"]


class AnyObject(BaseModel):
    """An object of another API than this document's."""

    model_config = ConfigDict(extra="allow")
