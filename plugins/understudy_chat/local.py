"""Providers for a local server by its name: `ollama/llama3.2`, `lmstudio/…`, `jan/…`."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from understudy_chat.discovery import JAN, LLAMA_CPP, LM_STUDIO, OLLAMA, VLLM_SERVER, locate
from understudy_chat.discovery import LocalServer as Server
from understudy_chat.endpoint import Endpoint, configured_endpoint
from understudy_chat.failures import not_running
from understudy_chat.provider import OpenAIModels
from understudy_chat.settings import Settings, resolve_secret


class LocalModels(OpenAIModels):
    """Chats with one server on this machine; of the settings it takes all, of the environment
    nothing.
    """

    server: ClassVar[Server]

    async def _endpoint(self, settings: Settings) -> Endpoint:
        if settings.base_url and (endpoint := configured_endpoint(settings)):
            return endpoint
        located = await locate(self.server)
        if located is None:
            raise not_running(self.server.name, self.server.port)
        return replace(located, api_key=resolve_secret(settings.api_key, "api_key"))


class Ollama(LocalModels):
    """Chats with Ollama."""

    server = OLLAMA


class LMStudio(LocalModels):
    """Chats with LM Studio."""

    server = LM_STUDIO


class LlamaCpp(LocalModels):
    """Chats with llama.cpp's server."""

    server = LLAMA_CPP


class VLLM(LocalModels):
    """Chats with vLLM."""

    server = VLLM_SERVER


class Jan(LocalModels):
    """Chats with Jan's server."""

    server = JAN
