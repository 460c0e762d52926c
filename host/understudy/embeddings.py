"""The Embedder protocol: what a plugin implements to turn text into vectors.

An embedder is an entry point in the group `understudy.embeddings`; the object is a class or
function that takes an `EmbeddingModel`:

    [project.entry-points."understudy.embeddings"]
    openai = "understudy_rag.meaning.embeddings:OpenAIEmbeddings"

A model is named `provider/model`, as models that chat are; a folder's path means `onnx`.
docs/retrieval.md says where a user names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, Self

DEFAULT_EMBEDDINGS: Final = "openai"
_FOLDER_PROVIDER: Final = "onnx"
_PATH_BEGINS: Final = ("/", "./", "../", "~")

Purpose = Literal["query", "passage"]
Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A model by its provider and its name there, and the settings that say how to reach it.

    `settings` come from the data root's embeddings.json (`base_url`, `api_key`, `dimensions` …); a
    secret in them is `{"$env": "NAME"}` or `{"$file": "path"}`, resolved by the provider at use.
    """

    provider: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)

    @classmethod
    def named(cls, text: str, settings: Mapping[str, Any] | None = None) -> Self:
        """Read `provider/model`, a bare model of the provider `openai`, or a folder's path."""
        if text.startswith(_PATH_BEGINS):
            return cls(_FOLDER_PROVIDER, text, settings or {})
        provider, slash, name = text.partition("/")
        return cls(*((provider, name) if slash else (DEFAULT_EMBEDDINGS, text)), settings or {})


class Embedder(Protocol):
    """Turns texts into vectors; texts of like meaning into vectors of like direction.

    `identity` tells its vectors from those of any other model: they are never compared. `at_once`
    is how many texts it takes in one call.
    """

    @property
    def identity(self) -> str:
        """Names the model, with whatever else changes its vectors."""
        ...

    @property
    def at_once(self) -> int:
        """The most texts in one call."""
        ...

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> Sequence[Vector]:
        """One vector for each text, all of one length; longer texts are cut by the model.

        Raises `ModelError`: of the kind `refused` if these texts are at fault, of another kind if
        it is worth trying again later.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and memory."""
        ...


EmbedderFactory = Callable[[EmbeddingModel], Embedder]
