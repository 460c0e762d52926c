"""Which model makes the vectors of a vector store: its metadata, the environment, the root say.

The metadata `understudy_embeddings` of the vector store goes before the environment variable
UNDERSTUDY_EMBEDDINGS, and that before the data root's embeddings.json. With none of them, or with
`none`, a store is searched by words alone.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from understudy.embeddings import Embedder, EmbeddingModel
from understudy.errors import Invalid, UnderstudyError
from understudy.providers import Providers

FILE: Final = "embeddings.json"
KEY: Final = "understudy_embeddings"
VARIABLE: Final = "UNDERSTUDY_EMBEDDINGS"
NONE: Final = "none"
_log = logging.getLogger("understudy.vector_stores")


class _Config(BaseModel):
    """`{"model": "provider/model", "settings": {…}}`."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    model: str = Field(min_length=1)
    settings: dict[str, Any] = Field(default_factory=dict)


class Embedding:
    """Finds the embedder of a vector store."""

    def __init__(self, root: Path, providers: Providers) -> None:
        self._root = root
        self._providers = providers
        self._complaints: set[str] = set()

    def check(self, metadata: Mapping[str, str] | None) -> None:
        """Raise `Invalid` if a vector store's metadata name an embedding provider that is none."""
        named = (metadata or {}).get(KEY, NONE)
        if named == NONE:
            return
        try:
            self._providers.require_embeddings(EmbeddingModel.named(named).provider)
        except UnderstudyError as error:
            message = f"Invalid 'metadata.{KEY}': {error}."
            raise Invalid(message, param=f"metadata.{KEY}", hint=error.hint) from None

    def of(self, store: Mapping[str, Any]) -> Embedder | None:
        """The embedder of a vector store, or None."""
        return self.named((store.get("metadata") or {}).get(KEY))

    def named(self, name: str | None) -> Embedder | None:
        """The embedder of a model, or of the usual one. What is wrong with it is logged, once."""
        try:
            model = self.model(name)
            return self._providers.embedder(model) if model else None
        except UnderstudyError as error:
            self._complain(error)
            return None

    def model(self, named: str | None) -> EmbeddingModel | None:
        """The model that is meant, if a store's metadata, or a tool, say `named`.

        Raises `Invalid`.
        """
        config = self._config()
        text = named or os.environ.get(VARIABLE, "").strip() or (config.model if config else NONE)
        if text == NONE:
            return None
        model = EmbeddingModel.named(text)
        if config and EmbeddingModel.named(config.model).provider == model.provider:
            return EmbeddingModel(model.provider, model.name, config.settings)
        return model

    def _config(self) -> _Config | None:
        path = self._root / FILE
        try:
            return _Config.model_validate(json.loads(path.read_bytes()))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Invalid(f"{path} cannot be read: {error.strerror}.") from None
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise Invalid(f"{path}: `{place}`: {first['msg']}.", hint=_EXAMPLE) from None
        except ValueError as error:
            raise Invalid(f"{path} is not JSON: {error}.", hint=_EXAMPLE) from None

    def _complain(self, error: UnderstudyError) -> None:
        if str(error) not in self._complaints:
            self._complaints.add(str(error))
            hint = f" {error.hint}" if error.hint else ""
            _log.warning("%s%s Until then, words alone are searched.", error, hint)


_EXAMPLE: Final = 'For example {"model": "openai/text-embedding-3-small", "settings": {}}.'
