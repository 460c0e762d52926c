"""What is sent besides the host's objects: errors, lists, what is gone."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from understudy.objects import SearchResult

T = TypeVar("T", bound=BaseModel)
ErrorType = Literal["invalid_request_error", "server_error"]


class Answer(BaseModel):
    """What is sent."""

    model_config = ConfigDict(defer_build=True)


class Error(Answer):
    """What went wrong. `param` names the field of the request, `code` tells programs."""

    message: str
    type: ErrorType
    param: str | None
    code: str | None


class ErrorBody(Answer):
    """The body of every answer that is not a success."""

    error: Error


class Deleted(Answer):
    """What was deleted; `object` tells what it was."""

    id: str
    object: str
    deleted: Literal[True]


class ListOf(Answer, Generic[T]):
    """A page of a list."""

    object: Literal["list"]
    data: list[T]
    first_id: str | None
    last_id: str | None
    has_more: bool


class SearchResults(Answer):
    """The best of what was found, best first."""

    object: Literal["vector_store.search_results.page"]
    search_query: list[str]
    data: list[SearchResult]
    has_more: bool
    next_page: str | None


class FileContent(Answer):
    """A file's text, as it is searched."""

    object: Literal["vector_store.file_content.page"]
    data: list[dict[str, Any]]
    has_more: bool
    next_page: str | None


class Health(Answer):
    """The server is there."""

    status: Literal["ok"]


class AnyObject(Answer):
    """An object of another API than this document's."""

    model_config = ConfigDict(extra="allow")
