"""The providers that a host has opened: one object for each name, closed with the host."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from understudy.embeddings import Embedder, EmbeddingModel
from understudy.errors import PluginError, UnderstudyError
from understudy.indexes import Index
from understudy.models import ModelProvider
from understudy.plugins import Group, Plugins
from understudy.processes import Process, ProcessSource
from understudy.runtimes import Runtime
from understudy.tools import Tool, ToolContext

DEFAULT_MODELS: Final = "openai"
DEFAULT_INDEX: Final = "rag"
DEFAULT_PROCESS: Final = "js"
_PROCESS_RUNTIME: Final = "v8"


class Providers:
    """Opens what plugins provide, when it is first asked for."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self._models: dict[str, ModelProvider] = {}
        self._runtimes: dict[str, Runtime] = {}
        self._process_runtime: Runtime | None = None
        self._index: Index | None = None
        self._embedders: dict[tuple[str, str, str], Embedder] = {}

    def has_model(self, name: str) -> bool:
        """Whether there is a model provider of that name."""
        return name in self._plugins.names("models")

    def model(self, name: str | None) -> ModelProvider:
        """A model provider; None for the default one. Raises `NotFound`, `PluginError`."""
        name = name or DEFAULT_MODELS
        if name not in self._models:
            self._models[name] = self._make("models", name)
        return self._models[name]

    def tools(self) -> tuple[str, ...]:
        """The tools that there are, by the `type` that assistant.json writes."""
        return self._plugins.names("tools")

    def tool_refusal(self, name: str) -> UnderstudyError | None:
        """Why a tool that is installed cannot be used; None if it can be, or is not there."""
        return self._plugins.refusal("tools", name)

    def has_tool(self, name: str) -> bool:
        """Whether there is a tool of that type; `distribution:name` means one of a distribution."""
        return ":" in name or name in self.tools()

    def runtime(self, name: str) -> Runtime:
        """A runtime. Raises `NotFound`, `PluginError`."""
        if name not in self._runtimes:
            self._runtimes[name] = self._make("runtimes", name)
        return self._runtimes[name]

    def process_runtime(self) -> Runtime:
        """The one for process.js that needs no engine. Raises `NotFound`, `PluginError`.

        Its own: code that runs as long as its assistant is loaded takes no place from runs.
        """
        if self._process_runtime is None:
            self._process_runtime = self._make("runtimes", _PROCESS_RUNTIME)
        return self._process_runtime

    def index(self, root: Path) -> Index:
        """The index of the data root's vector stores. Raises `NotFound`, `PluginError`."""
        if self._index is None:
            self._index = self._make("indexes", DEFAULT_INDEX, root)
        return self._index

    def require_embeddings(self, provider: str) -> None:
        """Raise `NotFound` if there is no such provider of embeddings, or it is off."""
        if provider not in self._plugins.names("embeddings"):
            self._plugins.find("embeddings", provider)

    def embedder(self, model: EmbeddingModel) -> Embedder:
        """What makes a model's vectors. Raises `NotFound`, `PluginError`, `Invalid`."""
        settings = json.dumps(model.settings, sort_keys=True)
        key = (model.provider, model.name, settings)
        if key not in self._embedders:
            self._embedders[key] = self.new_embedder(model)
        return self._embedders[key]

    def new_embedder(self, model: EmbeddingModel) -> Embedder:
        """As `embedder`, but the caller's own, who closes it."""
        embedder: Embedder = self._make("embeddings", model.provider, model)
        return embedder

    def process(self, source: ProcessSource) -> Process:
        """What runs an assistant's process.js; the caller closes it.

        Raises `NotFound`, `PluginError`.
        """
        process: Process = self._make("processes", DEFAULT_PROCESS, source)
        return process

    def tool(self, name: str, context: ToolContext) -> Tool:
        """A tool, made for one assistant. Raises `NotFound`, `PluginError`."""
        tool: Tool = self._make("tools", name, context)
        return tool

    def _make(self, group: Group, name: str, *arguments: object) -> Any:
        factory = self._plugins.provider(group, name)
        try:
            return factory(*arguments)
        except UnderstudyError:
            raise
        except Exception as error:
            raise PluginError(
                f"plugin `{name}` could not be opened: {type(error).__name__}: {error}",
                plugin=name,
                hook="open",
            ) from error

    async def close(self) -> None:
        """Close everything that was opened."""
        indexes = [self._index] if self._index else []
        held: list[ModelProvider | Runtime] = [*self._models.values(), *self._runtimes.values()]
        held += [self._process_runtime] if self._process_runtime else []
        # The last is closed first: an index that works in the background needs its embedders.
        opened: list[ModelProvider | Runtime | Embedder | Index]
        opened = [*held, *self._embedders.values(), *indexes]
        self._models, self._runtimes, self._embedders, self._index = {}, {}, {}, None
        self._process_runtime = None
        async with AsyncExitStack() as stack:  # one that fails keeps nobody else from being closed
            for provider in opened:
                stack.push_async_callback(provider.close)
