"""An answer: chat completions, streamed or whole, decoded into chunks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from understudy.errors import ModelError
from understudy.models import ChatChunk
from understudy_chat.endpoint import Endpoint
from understudy_chat.failures import broken
from understudy_chat.refusals import reported_failure
from understudy_chat.sse import Event
from understudy_chat.toolcalls import CallPiece, ToolCalls

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Delta(TypedDict, total=False):
    """What was added, or (in an answer that is not streamed) the whole message."""

    content: str | list[Any] | None
    reasoning: Any
    reasoning_content: Any
    refusal: str | None
    tool_calls: list[CallPiece] | None


class Choice(TypedDict, total=False):
    """One of the answers; we ask for one."""

    index: int | None
    delta: Delta | None
    message: Delta | None
    finish_reason: str | None


class Completion(TypedDict, total=False):
    """`chat.completion.chunk` or `chat.completion`, or an error."""

    object: str | None
    model: str | None
    choices: list[Choice] | None
    usage: dict[str, Any] | None
    error: Any


@cache
def _completions() -> TypeAdapter[Completion]:
    # Checking JSON against a TypedDict takes half the time of `json.loads`, which checks nothing.
    from pydantic import TypeAdapter

    return TypeAdapter(Completion)


class Answer:
    """Decodes the events of one answer. `is_over`: nothing more will come."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.is_over = False
        self.is_finished = False
        self._endpoint = endpoint
        self._calls = ToolCalls()
        self._usage: dict[str, Any] | None = None
        self._validate = _completions().validate_json

    def decode(self, event: Event) -> ChatChunk | None:
        """The event's chunk, None if it adds nothing. Raises `ModelError`."""
        name, data = event
        if data.strip() == b"[DONE]":
            self.is_over = True
            return None
        try:
            completion = self._validate(data)
        except ValueError:
            raise self._garbage(name, data) from None
        if name == b"error" or completion.get("error") or completion.get("object") == "error":
            raise reported_failure(self._endpoint, data)
        self._usage = completion.get("usage") or self._usage
        choices = completion.get("choices")
        return self._chunk(choices[0], completion.get("model")) if choices else None

    def end(self) -> ChatChunk | None:
        """The usage, if the server told it. Raises `ModelError` if the answer has not ended."""
        if not self.is_finished:
            raise broken(self._endpoint, "the answer stopped before its end")
        return ChatChunk(usage=_counts(self._usage)) if self._usage else None

    def _chunk(self, choice: Choice, model: str | None) -> ChatChunk | None:
        delta = choice.get("delta") or choice.get("message") or Delta()
        pieces = delta.get("tool_calls")
        calls = self._calls.deltas(pieces) if pieces else ()
        reason = self._finish_reason(choice)
        text = _text(delta.get("content"))
        reasoning = _text(delta.get("reasoning_content") or delta.get("reasoning"))
        refusal = delta.get("refusal") or ""
        if not (text or reasoning or refusal or calls or reason):
            return None
        return ChatChunk(text, reasoning, refusal, calls, reason, model)

    def _finish_reason(self, choice: Choice) -> str | None:
        reason = choice.get("finish_reason")
        if not reason or self.is_finished:
            return None
        self.is_finished = True
        # Some servers end an answer that calls tools as if it were plain.
        return "tool_calls" if reason == "stop" and self._calls else reason

    def _garbage(self, name: bytes, data: bytes) -> ModelError:
        if name == b"error":
            return reported_failure(self._endpoint, data)
        text = data.decode(errors="replace")
        return broken(self._endpoint, f"this is not a chat completion: {text}")


def _text(content: Any) -> str:
    """Text, or the text of content parts; what is neither is left out."""
    if isinstance(content, str) or not content:
        return content or ""
    parts = content if isinstance(content, list) else ()
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def _counts(usage: dict[str, Any]) -> dict[str, int]:
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    total = _count(usage, "total_tokens") or prompt + completion
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}


def _count(usage: dict[str, Any], name: str) -> int:
    value = usage.get(name)
    return int(value) if isinstance(value, int | float) else 0
