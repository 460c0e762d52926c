"""Model calls: which provider and model, with which parameters, and the answer as plain JSON."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from understudy.errors import Invalid
from understudy.models import ChatChunk, ChatRequest, ModelProvider, ToolCallDelta
from understudy.providers import Providers
from understudy.runs.values import whole
from understudy.streams import closing

JSON = dict[str, Any]
ANY_MODEL = "*"
_NOT_PARAMETERS = frozenset({"messages", "tools", "model"})


class ModelCalls:
    """Answers the effects `model` and `model.available` of one run.

    `defaults` are the run's parameters; `settings` say how to reach the model (model.json).
    """

    def __init__(
        self,
        providers: Providers,
        *,
        model: str,
        provider: str | None,
        defaults: Mapping[str, Any],
        settings: Mapping[str, Any],
    ) -> None:
        self._providers = providers
        self._model = model
        self._provider = provider
        self._defaults = defaults
        self._settings = settings

    async def stream(self, payload: JSON) -> AsyncIterator[JSON]:
        """Ask the model; yields chunks (see `understudy.runs.run.Run`). Raises `ModelError`."""
        provider, model = self._resolve(_wanted(_model(payload) or self._model))
        request = ChatRequest(
            model=model,
            messages=_messages(payload),
            tools=_tools(payload),
            parameters=self._parameters(payload),
            settings=self._settings,
        )
        async with closing(provider.chat(request)) as chunks:
            async for chunk in chunks:
                yield as_json(chunk)

    @property
    def provider(self) -> str | None:
        """The name of who answers, unless a call names another; None for the default one."""
        return self._place(_wanted(self._model))[0]

    async def available(self, _payload: JSON) -> bool:
        """Whether a model can be asked now."""
        provider, _ = self._resolve(_wanted(self._model))
        return bool(await provider.models(self._settings))

    def _resolve(self, model: str) -> tuple[ModelProvider, str | None]:
        provider, name = self._place(model)
        return self._providers.model(provider), _named(name)

    def _place(self, model: str) -> tuple[str | None, str]:
        """The provider's name, and what it calls the model."""
        name, slash, rest = model.partition("/")
        if slash and self._providers.has_model(name):
            return name, rest
        return self._provider, model

    def _parameters(self, payload: JSON) -> JSON:
        given = {name: value for name, value in payload.items() if name not in _NOT_PARAMETERS}
        return {
            name: value for name, value in {**self._defaults, **given}.items() if value is not None
        }


def _messages(payload: JSON) -> Sequence[Mapping[str, Any]]:
    """What is said to the model. Raises `Invalid`: index.js and hooks write this by hand."""
    messages = payload.get("messages")
    told = isinstance(messages, list) and messages
    if not told or not all(isinstance(item, Mapping) and "role" in item for item in messages or ()):
        raise Invalid(
            'A model call needs `messages`, such as [{"role": "user", "content": "Hi"}].',
            hint="To answer the thread with the default loop, use `run.next()`.",
        )
    return list(messages or ())


def _model(payload: JSON) -> str | None:
    model = payload.get("model")
    if model is None or isinstance(model, str):
        return model
    raise Invalid("A model call takes a `model` that is a name, or none.")


def _tools(payload: JSON) -> Sequence[Mapping[str, Any]]:
    tools = payload.get("tools") or ()
    if isinstance(tools, list | tuple) and all(isinstance(tool, Mapping) for tool in tools):
        return tools
    raise Invalid("A model call takes `tools` that are a list of objects, or none.")


def _named(model: str) -> str | None:
    return None if model in ("", ANY_MODEL) else model


def _wanted(model: str) -> str:
    """The model by its name; `*` is what the user has set, provider included."""
    return model if _named(model) else os.environ.get("UNDERSTUDY_MODEL", ANY_MODEL)


def as_json(chunk: ChatChunk) -> JSON:
    """A chunk as the JSON that index.js and the journal see: only what it has."""
    shown: JSON = {}
    for name in ("text", "reasoning", "refusal", "finish_reason", "usage"):
        if value := getattr(chunk, name):
            shown[name] = whole(value) if isinstance(value, str) else value
    if chunk.tool_calls:
        shown["tool_calls"] = list(_deltas(chunk.tool_calls))
    return shown


def _deltas(deltas: Iterable[ToolCallDelta]) -> Iterable[JSON]:
    for delta in deltas:
        shown = {"index": delta.index, "id": delta.id, "name": delta.name}
        yield {**shown, "arguments": whole(delta.arguments)}
