"""What assistant.json may set for the tool, and what a call may ask."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from understudy.errors import Invalid, ToolError

DEFAULT_OVERLAP = 200


class Settings(BaseModel):
    """`{"type": "rag", "settings": {…}}`, with Jan's names. Sizes are in characters.

    The defaults put at most 8,000 characters, about 2,000 tokens, before the model: local servers
    often have a context of 4,096. `retrieval_template` may hold `{CONTEXT}` and `{QUESTION}`; the
    filled text is then given as `context`. `embeddings` names a model that makes vectors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    top_k: Annotated[int, Field(ge=1, le=50)] = 5
    chunk_size: Annotated[int, Field(ge=100, le=20_000)] = 1_600
    chunk_overlap: Annotated[int | None, Field(ge=0)] = None
    retrieval_template: str | None = None
    embeddings: Annotated[str, StringConstraints(min_length=1)] | None = None

    @model_validator(mode="after")
    def _overlap_leaves_room(self) -> Settings:
        if self.overlap > self.chunk_size // 2:
            raise ValueError("chunk_overlap may be at most half of chunk_size")
        return self

    @property
    def overlap(self) -> int:
        """`chunk_overlap`, or an eighth of the chunk's size, at most 200."""
        if self.chunk_overlap is not None:
            return self.chunk_overlap
        return min(DEFAULT_OVERLAP, self.chunk_size // 8)


class Arguments(BaseModel):
    """The arguments of one call."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
    top_k: Annotated[int | None, Field(ge=1, le=50)] = None


def read_settings(assistant_id: str, value: Mapping[str, Any]) -> Settings:
    """Check the settings. Raises `Invalid`, naming the assistant, the key and what is wrong."""
    try:
        return Settings.model_validate(value)
    except ValidationError as error:
        details = error.errors()[0]
        place = ".".join(("settings", *map(str, details["loc"])))
        message = f"assistant `{assistant_id}`: tool `rag`: {place}: {_reason(details)}"
        raise Invalid(message, param=place, hint=_hint(details)) from None


def read_arguments(value: Mapping[str, Any]) -> Arguments:
    """Check the arguments. Raises `ToolError`, for the model to read."""
    try:
        return Arguments.model_validate(value)
    except ValidationError as error:
        details = error.errors()[0]
        name = ".".join(map(str, details["loc"]))
        raise ToolError(f"`rag`: argument `{name}`: {_reason(details)}.") from None


def _reason(details: ErrorDetails) -> str:
    if details["type"] == "extra_forbidden":
        return "there is no such setting"
    return details["msg"].removeprefix("Value error, ")


def _hint(details: ErrorDetails) -> str:
    known = list(Settings.model_fields)
    if details["type"] == "extra_forbidden":
        close = get_close_matches(str(details["loc"][-1]), known, n=1)
        if close:
            return f"Did you mean `{close[0]}`?"
    return f"The settings are {', '.join(f'`{name}`' for name in known)}."
