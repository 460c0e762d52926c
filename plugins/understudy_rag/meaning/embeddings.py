"""Vectors from a server: any that speaks OpenAI's `/v1/embeddings`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from understudy.embeddings import EmbeddingModel, Purpose, Vector
from understudy.errors import Invalid, ModelError
from understudy_rag.meaning.embedding_requests import Endpoint, Requests
from understudy_rag.meaning.embedding_settings import ServerSettings, read_settings, resolve

OPENAI: Final = "https://api.openai.com/v1"


class OpenAIEmbeddings:
    """Asks the `base_url` of the settings, of the environment, or OpenAI itself."""

    url: ClassVar[str | None] = None
    """Where this provider's server listens, unless the settings say otherwise."""

    def __init__(self, model: EmbeddingModel) -> None:
        if not model.name:
            hint = f"For example `{model.provider}/text-embedding-3-small`."
            raise Invalid(f"`{model.provider}/` names no embedding model", hint=hint)
        self._model = model
        self._settings = read_settings(model, ServerSettings)
        self._requests = Requests()

    @property
    def identity(self) -> str:
        """The model's name, and how its vectors are asked for; not the server it is asked on."""
        settings = self._settings
        return "\0".join((self._model.name, settings.query_prefix, settings.passage_prefix))

    @property
    def at_once(self) -> int:
        """The most texts in one request."""
        return self._settings.at_once

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> Sequence[Vector]:
        """One vector for each text. Raises `ModelError`."""
        settings = self._settings
        prefix = settings.query_prefix if purpose == "query" else settings.passage_prefix
        body: dict[str, Any] = {
            "model": self._model.name,
            # Servers refuse empty texts.
            "input": [f"{prefix}{text}" if text.strip() else "-" for text in texts],
            "encoding_format": "float",
        }
        if settings.dimensions is not None:
            body["dimensions"] = settings.dimensions
        return await self._requests.embed(self._endpoint(), body, settings)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._requests.close()

    def _endpoint(self) -> Endpoint:
        key = resolve(self._settings.api_key)
        if url := self._settings.base_url or self.url:
            return Endpoint(url.rstrip("/"), key or _key_for(url.rstrip("/")))
        url = _environment_url() or OPENAI
        key = key or _key_for(url)
        if url == OPENAI and key is None:
            raise ModelError(
                "no embedding server is named.",
                kind="unreachable",
                hint="Set OPENAI_BASE_URL or OPENAI_API_KEY, or `base_url` in the `settings` of "
                "embeddings.json.",
            )
        return Endpoint(url, key)


class OllamaEmbeddings(OpenAIEmbeddings):
    """Asks Ollama on this machine."""

    url = "http://127.0.0.1:11434/v1"


def _environment_url() -> str | None:
    return os.environ.get("OPENAI_BASE_URL", "").strip().rstrip("/") or None


def _key_for(url: str) -> str | None:
    # The environment's key goes to the environment's server only: whoever writes embeddings.json
    # must not be able to have it sent elsewhere.
    key = os.environ.get("OPENAI_API_KEY", "").strip() or None
    return key if url == (_environment_url() or OPENAI) else None
