"""The effect `embed`: texts become vectors.

By the embedding model that the user has named (see `understudy.library.embedding`), or else by the
server of the assistant's own model, which knows the asked one by its name.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from math import isfinite
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from understudy.embeddings import DEFAULT_EMBEDDINGS, Embedder, EmbeddingModel, Purpose, Vector
from understudy.errors import Invalid, ModelError
from understudy.library.embedding import Embedding
from understudy.providers import Providers
from understudy.runs.asked import Asked

JSON = dict[str, Any]
_HINTS: Final = {"input": "Tokens are not taken: send the text itself."}
_SETTINGS: Final = ("base_url", "api_key", "timeout")
"""Those of model.json that say how a server is reached."""


class _Asked(Asked):
    model_config = ConfigDict(strict=True)

    input: Annotated[list[str], Field(min_length=1, max_length=2048)]
    purpose: Purpose = "passage"
    model: str | None = None
    dimensions: Annotated[int, Field(ge=1, le=16_384)] | None = None


class RunEmbedding:
    """Embeds for one run. `provider` and `settings` are those of its assistant's model."""

    def __init__(
        self,
        embedding: Embedding,
        providers: Providers,
        *,
        provider: str | None,
        settings: Mapping[str, Any],
    ) -> None:
        self._embedding = embedding
        self._providers = providers
        self._provider = provider or DEFAULT_EMBEDDINGS
        self._settings = {name: settings[name] for name in _SETTINGS if name in settings}

    async def perform(self, payload: JSON) -> JSON:
        """`{"input", "purpose"?, "model"?, "dimensions"?}` → `{"model", "vectors"}`.

        Vectors are 32-bit floats, little-endian, in base64. Raises `Invalid`, `NotFound`,
        `ModelError`.
        """
        asked = _Asked.read(payload, _HINTS)
        vectors: list[Vector] = []
        async with self._embedder(asked) as (name, embedder):
            size = embedder.at_once
            for start in range(0, len(asked.input), size):
                texts = asked.input[start : start + size]
                vectors += await embedder.embed(texts, asked.purpose)
        _check(vectors, asked, name)
        return {"model": name, "vectors": [_packed(vector, name) for vector in vectors]}

    @asynccontextmanager
    async def _embedder(self, asked: _Asked) -> AsyncIterator[tuple[str, Embedder]]:
        if (chosen := self._embedding.model(None)) is not None:
            yield chosen.name, self._providers.embedder(chosen)
            return
        own = self._own(asked)
        # Not kept: code could name any number of models.
        embedder = self._providers.new_embedder(own)
        try:
            yield own.name, embedder
        finally:
            await embedder.close()

    def _own(self, asked: _Asked) -> EmbeddingModel:
        if not asked.model:
            raise Invalid("Missing 'model': the name of an embedding model.", param="model")
        more = {} if asked.dimensions is None else {"dimensions": asked.dimensions}
        return EmbeddingModel(self._provider, asked.model, {**self._settings, **more})


def _check(vectors: Sequence[Vector], asked: _Asked, name: str) -> None:
    if len(vectors) != len(asked.input):
        what = f"{len(vectors)} vectors for {len(asked.input)} texts"
        raise ModelError(f"The embedding model `{name}` made {what}.", kind="broken")
    length = len(vectors[0])
    if asked.dimensions not in (None, length):
        raise Invalid(
            f"Invalid 'dimensions': the embedding model `{name}` makes vectors of {length} "
            f"numbers, not of {asked.dimensions}.",
            param="dimensions",
        )


def _packed(vector: Vector, name: str) -> str:
    try:
        packed = struct.pack(f"<{len(vector)}f", *vector)
    except (OverflowError, struct.error):
        packed = b""
    if not packed or not all(map(isfinite, vector)):
        raise ModelError(f"The embedding model `{name}` made no usable vector.", kind="broken")
    return base64.b64encode(packed).decode()
