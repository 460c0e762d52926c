"""The models that an endpoint has."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from understudy.errors import ModelError
from understudy_chat.cache import Cache
from understudy_chat.connections import Connections
from understudy_chat.endpoint import Endpoint
from understudy_chat.failures import broken, interrupted, no_model
from understudy_chat.refusals import refused

_SECONDS = 60.0
_SECONDS_EMPTY = 5.0
_NO_CHAT = re.compile(
    r"embed|minilm|\bbge\b|\be5\b|\bgte\b|rerank|whisper|\btts\b|transcribe|moderation|dall-e"
    r"|image|\bsora\b|realtime|audio|davinci|babbage|gpt-3\.5-turbo-instruct",
    re.IGNORECASE,
)
_SMALL_OPENAI = re.compile(r"gpt-[\d.]+o?-mini")


@dataclass(frozen=True, slots=True)
class Model:
    """A model; `created` in Unix seconds. `owner` is what the server says of it."""

    id: str
    created: float = 0.0
    owner: str = ""

    @property
    def chats(self) -> bool:
        """Whether it looks as if it could chat; embedding models and the like do not."""
        return _NO_CHAT.search(self.id) is None


class Catalogue:
    """Lists models, and picks one where none was named."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._cache: Cache[tuple[Model, ...]] = Cache(
            lambda models: _SECONDS if models else _SECONDS_EMPTY
        )

    async def models(self, endpoint: Endpoint, patience: float) -> tuple[Model, ...]:
        """The models that chat. Raises `ModelError` if that cannot be told."""
        return await self._cache.get(endpoint, lambda: self._ask(endpoint, patience))

    async def names(self, endpoint: Endpoint, patience: float) -> Sequence[str]:
        """The names of the models that chat, none if that cannot be told."""
        try:
            return [model.id for model in await self.models(endpoint, patience)]
        except ModelError:
            return ()

    async def pick(self, wanted: str | None, endpoint: Endpoint, patience: float) -> str:
        """The name to ask for; `wanted` None or `"*"` leaves the choice to us."""
        name = wanted if wanted and wanted != "*" else os.environ.get("UNDERSTUDY_MODEL", "")
        if name.strip():
            return name.strip()
        try:
            models = await self.models(endpoint, patience)
        except ModelError as error:
            if error.kind != "not_found":
                raise
            models = ()  # a server without a list
        if not models:
            raise no_model(endpoint)
        return _favourite(models).id

    def forget(self) -> None:
        """Ask again next time."""
        self._cache.forget()

    async def _ask(self, endpoint: Endpoint, patience: float) -> tuple[Model, ...]:
        import aiohttp

        response = await self._connections.get(endpoint, "/models", patience)
        try:
            body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise interrupted(endpoint, error, patience) from error
        finally:
            response.close()
        if response.status != 200:
            raise refused(endpoint, response.status, body, headers=response.headers)
        models = _model_list(body)
        if models is None:
            raise broken(endpoint, "what answers there has no list of models")
        return tuple(model for model in models if model.chats)


def _favourite(models: Sequence[Model]) -> Model:
    # OpenAI lists its models in no useful order, old and dear ones first: take its newest small
    # one. Elsewhere the first is the one that is loaded, or was used last.
    small = [model for model in models if _SMALL_OPENAI.fullmatch(model.id)]
    return max(small, key=lambda model: model.created) if small else models[0]


def _model_list(body: bytes) -> list[Model] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or "data" not in value:
        return None
    entries = value["data"] or []
    if not isinstance(entries, list) or not all(_is_model(entry) for entry in entries):
        return None
    return [_model(entry) for entry in entries]


def _is_model(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str)


def _model(entry: dict[str, Any]) -> Model:
    created = entry.get("created")
    return Model(
        entry["id"],
        float(created) if isinstance(created, int | float) else 0.0,
        str(entry.get("owned_by") or ""),
    )
