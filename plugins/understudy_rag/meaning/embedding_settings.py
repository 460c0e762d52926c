"""The settings of an embedding model, as they stand in embeddings.json."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, ValidationError

from understudy.embeddings import EmbeddingModel
from understudy.errors import Invalid, ModelError

S = TypeVar("S", bound=BaseModel)
_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class EnvSecret(BaseModel):
    """A secret in an environment variable."""

    model_config = _STRICT

    env: str = Field(alias="$env", min_length=1)

    def text(self) -> str:
        """The secret, or nothing."""
        return os.environ.get(self.env, "").strip()


class FileSecret(BaseModel):
    """A secret in a file."""

    model_config = _STRICT

    file: str = Field(alias="$file", min_length=1)

    def text(self) -> str:
        """The secret, or nothing."""
        try:
            return Path(self.file).expanduser().read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError):
            return ""


Secret = str | EnvSecret | FileSecret


class TextSettings(BaseModel):
    """What is put before a text: E5, Nomic and others were taught with `query: ` or the like.

    `at_once` is the most texts in one call.
    """

    model_config = _STRICT

    query_prefix: str = ""
    passage_prefix: str = ""
    at_once: Annotated[int, Field(ge=1, le=2048)] = 64


class ServerSettings(TextSettings):
    """How to reach a server. `timeout` is the longest that an answer may take, in seconds.

    `dimensions` shortens vectors, where the model can do that.
    """

    base_url: Annotated[str, Field(pattern=r"^https?://[^\s/@?#]+[^\s?#]*$")] | None = None
    api_key: Secret | None = None
    dimensions: Annotated[int, Field(ge=1, le=16_384)] | None = None
    timeout: PositiveFloat = 60.0
    max_retries: NonNegativeInt = 2


class FolderSettings(TextSettings):
    """How a model in a folder is used. `threads` None: as many as there are processors.

    `pooling`: how the vectors of a text's tokens become one; None is what the folder says.
    `max_tokens` None is what the folder says; longer texts are cut.
    """

    at_once: Annotated[int, Field(ge=1, le=2048)] = 8
    pooling: Literal["mean", "cls"] | None = None
    max_tokens: Annotated[int, Field(ge=8, le=32_768)] | None = None
    threads: Annotated[int, Field(ge=1, le=256)] | None = None


def read_settings(model: EmbeddingModel, kind: type[S]) -> S:
    """Check a model's settings. Raises `Invalid`, which shows no value: it may be a secret."""
    try:
        return kind.model_validate(dict(model.settings))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = f"settings.{first['loc'][0]}" if first["loc"] else "settings"
        reason = first["msg"]
        if first["type"] == "extra_forbidden":
            reason = "there is no such setting"
        raise Invalid(
            f"embeddings.json: `{place}`: {reason}.",
            param=place,
            hint=f"The settings are {', '.join(f'`{name}`' for name in kind.model_fields)}.",
        ) from None


def resolve(secret: Secret | None) -> str | None:
    """The secret itself. Raises `ModelError` (`auth`) if there is none where it should be."""
    if secret is None:
        return None
    text = secret.strip() if isinstance(secret, str) else secret.text()
    if text.isascii() and text.isprintable() and text:
        return text
    place = "itself" if isinstance(secret, str) else f"in {_place(secret)}"
    raise ModelError(
        f"embeddings.json: there is no usable key {place}.",
        kind="auth",
        hint='Write `"api_key": {"$env": "NAME"}`, and set that variable.',
    )


def _place(secret: EnvSecret | FileSecret) -> str:
    if isinstance(secret, EnvSecret):
        return f"the environment variable {secret.env}"
    return f"the file {secret.file}"
