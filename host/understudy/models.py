"""The ModelProvider protocol: what a model plugin implements.

A provider is an entry point in the group `understudy.models`; the object is a class or function
without arguments. A run names it as `provider/model`; a bare model name goes to `openai`. The
vocabulary is that of chat completions, since every local server speaks it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One model call. `messages` and `tools` are chat-completions objects.

    `parameters` are sent as they are (temperature, top_p, max_completion_tokens, response_format,
    tool_choice, parallel_tool_calls, reasoning_effort, stop …). `settings` come from model.json
    and say how to reach the model (`base_url`, `api_key`, `timeout` in seconds …); a secret in
    them is `{"$env": "NAME"}` or `{"$file": "path"}` and is resolved by the provider at use.
    `model` None: whichever the provider thinks best.
    """

    model: str | None
    messages: Sequence[Mapping[str, Any]] = field(hash=False)
    tools: Sequence[Mapping[str, Any]] = field(default=(), hash=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; pieces of one call share `index`, arguments are concatenated."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class ChatChunk:
    """A piece of the answer, as it arrived. All fields may be empty.

    `usage` is `{"prompt_tokens", "completion_tokens", "total_tokens"}`, once, near the end.
    """

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[ToolCallDelta, ...] = ()
    finish_reason: str | None = None
    model: str | None = None
    usage: Mapping[str, int] | None = field(default=None, hash=False)


class ModelProvider(Protocol):
    """Something that answers chats."""

    def chat(self, request: ChatRequest) -> AsyncIterator[ChatChunk]:
        """Stream the answer. Raises `ModelError`. Closing the iterator stops the model.

        An answer ends with a chunk that has a `finish_reason` (and the usage behind it, where
        the server tells it); a stream that ends without one is `ModelError(kind="broken")`.
        """
        ...

    async def models(self, settings: Mapping[str, Any]) -> Sequence[str]:
        """The models that can be asked now; empty if nothing answers. Quick, never raises."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


ModelFactory = Callable[[], ModelProvider]
