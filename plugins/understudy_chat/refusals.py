"""A refusal: an answer of the server that is an error, as a `ModelError` that says what to do."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from understudy.errors import ModelError, ModelFailure
from understudy_chat.endpoint import Endpoint
from understudy_chat.failures import TransientError

_KINDS: Mapping[int, ModelFailure] = {
    401: "auth",
    403: "auth",
    404: "not_found",
    408: "timeout",
    429: "rate_limit",
}
_TRANSIENT = frozenset({408, 409, 429})
_CODES: Mapping[str, int] = {
    "model_not_found": 404,
    "invalid_api_key": 401,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "insufficient_quota": 429,
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
}
_LISTED = 8


def refused(
    endpoint: Endpoint,
    status: int,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    model: str | None = None,
    models: Sequence[str] = (),
) -> ModelError:
    """The error of a response; `models`: those that the server has, for the hint."""
    error = _error_object(body)
    status = 404 if error.get("code") == "model_not_found" else status
    kind = _KINDS.get(status) or ("server" if status >= 500 else "refused")
    said = endpoint.quote(_server_message(body, error))
    message = f"{_sentence(endpoint, kind, model)} ({status})"
    message = f"{message}: {said}" if said else f"{message}."
    wait = _retry_after(headers or {})
    hint = _hint(endpoint, kind, models=models, wait=wait)
    if (status in _TRANSIENT or status >= 500) and _may_retry(headers or {}):
        return TransientError(message, kind=kind, status=status, hint=hint, retry_after=wait)
    return ModelError(message, kind=kind, status=status, hint=hint)


def reported_failure(endpoint: Endpoint, data: bytes) -> ModelError:
    """The error of an `error` object in the middle of a stream."""
    error = _error_object(data)
    return refused(endpoint, _reported_status(error), data)


def _sentence(endpoint: Endpoint, kind: ModelFailure, model: str | None) -> str:
    named = f"the model `{model}`" if model else "this"
    sentences: Mapping[str, str] = {
        "auth": "the API key was not accepted" if endpoint.api_key else "an API key is needed",
        "not_found": f"{named} was not found",
        "rate_limit": "no more requests are allowed for now",
        "timeout": "the server gave up waiting",
        "server": "the server failed",
        "refused": "the server refused the request",
    }
    return f"{endpoint.base_url}: {sentences[kind]}"


def _hint(
    endpoint: Endpoint, kind: ModelFailure, *, models: Sequence[str], wait: float | None
) -> str | None:
    if kind == "auth":
        verb = "Check the key in" if endpoint.api_key else "Give the key with"
        return f"{verb} {endpoint.key_setting}."
    if kind == "not_found":
        return _missing_model_hint(endpoint, models)
    if kind == "rate_limit":
        return f"Try again in {wait:.0f} seconds." if wait else "Wait a little and try again."
    if kind in ("server", "timeout"):
        return "Try again; if it stays so, look at the server's own log."
    return None


def _missing_model_hint(endpoint: Endpoint, models: Sequence[str]) -> str:
    if models:
        more = f" and {len(models) - _LISTED} more" if len(models) > _LISTED else ""
        there_are = ", ".join(f"`{name}`" for name in models[:_LISTED])
        return f"Set `model` to one of those there are: {there_are}{more}."
    if endpoint.name == "Ollama":
        return "Get a model with `ollama pull llama3.2`, or set `model` to one you have."
    return f"Check `model`, and whether {endpoint.setting} ends where the API begins, mostly `/v1`."


def _error_object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = value.get("error", value) if isinstance(value, dict) else value
    return error if isinstance(error, dict) else {"message": error}


def _server_message(body: bytes, error: Mapping[str, Any]) -> str:
    """Source: OpenAI's `error.message`; FastAPI's `detail`; others' `error` or plain text."""
    for name in ("message", "detail", "error"):
        if error.get(name):
            value = error[name]
            return value if isinstance(value, str) else json.dumps(value)
    text = body.decode(errors="replace").strip()
    return "" if text.startswith("<") else text


def _reported_status(error: Mapping[str, Any]) -> int:
    for name in ("code", "status", "type"):
        value = error.get(name)
        if re.fullmatch(r"[45]\d\d", str(value)):
            return int(str(value))
        if value in _CODES:
            return _CODES[str(value)]
    return 500


def _may_retry(headers: Mapping[str, str]) -> bool:
    return headers.get("x-should-retry") != "false"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds. Source: RFC 9110 (seconds or a date), and OpenAI's `retry-after-ms`."""
    try:
        if text := headers.get("retry-after-ms"):
            return max(0.0, float(text) / 1000)
        text = headers.get("retry-after", "")
        if re.fullmatch(r"\s*\d+(\.\d+)?\s*", text):
            return float(text)
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
