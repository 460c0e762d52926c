"""Jan's model.json as what we need to reach a model and to ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

REFERENCE: Final = "reference model.json"
"""What the design of November 2023 writes for "it is in model.json"."""

_ENGINES: Final[dict[str, str | None]] = {
    "openai": "openai",
    **dict.fromkeys(("nitro", "cortex", "cortex.llamacpp", "llama-cpp", "llamacpp")),
    **dict.fromkeys(("nitro-tensorrt-llm", "tensorrt-llm", "onnxruntime")),
}
"""Engine: our provider; None for those of this machine, which are found by themselves."""

_NUMBERS: Final = frozenset(
    (
        *("temperature", "max_temperature", "top_k", "top_p", "max_tokens", "token_limit"),
        *("frequency_penalty", "presence_penalty", "timeout"),
        *("ctx_len", "ngl", "n_parallel", "cpu_threads"),
    )
)
_FLAGS: Final = frozenset(("embedding", "stream", "cont_batching", "vision_model", "text_model"))
_NOT_SENT: Final = frozenset(("engine", "max_temperature", "prompt", "stream", "token_limit"))
"""Parameters that a chat-completions server would refuse."""
_REACH: Final = ("base_url", "api_key", "timeout")
_ASK: Final = ("temperature", "top_p", "max_tokens")
_EMPTY: Final = (None, "")


def model_from_jan(record: Mapping[str, Any]) -> dict[str, Any]:
    """`model`, `provider`, `settings`, `parameters`, `instructions`; other fields are kept.

    `settings` are about the server (`base_url`, Jan's `ctx_len` …), `parameters` are sent with
    every request. Numbers that early files hold as text become numbers.
    """
    settings = _outer(record, _REACH) | _section(record, "settings", "engine_parameters")
    asked = _outer(record, _ASK) | _section(record, "parameters", "model_parameters")
    parameters = {key: value for key, value in asked.items() if key not in _NOT_SENT}
    if "token_limit" in asked and "max_tokens" not in asked:
        parameters["max_tokens"] = asked["token_limit"]
    return {
        **record,
        "model": _name(record),
        "provider": _provider(record, asked),
        "settings": _or_wrong(record.get("settings"), settings),
        "parameters": _or_wrong(record.get("parameters"), parameters),
        "instructions": _instructions(record, settings, asked),
    }


def unknown_engine(record: Mapping[str, Any]) -> str | None:
    """The engine, if it is one that we cannot tell how to reach."""
    engine, provider = record.get("engine"), record.get("provider")
    unknown = isinstance(engine, str) and engine.lower() not in _ENGINES and not provider
    return engine if unknown else None


def _outer(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {key: _parsed(key, record[key]) for key in names if record.get(key) not in _EMPTY}


def _or_wrong(written: Any, value: dict[str, Any]) -> Any:
    """What is not an object stays, for its author to be told."""
    return value if isinstance(written, dict) or written in _EMPTY else written


def _section(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        found = record.get(name)
        if isinstance(found, dict):
            return {key: _parsed(key, value) for key, value in found.items()}
    return {}


def _parsed(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if key in _FLAGS and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return _number(value) if key in _NUMBERS else value


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _name(record: Mapping[str, Any]) -> Any:
    found = (record.get(key) for key in ("model", "id", "name"))
    return next((name for name in found if name not in (*_EMPTY, "*", REFERENCE)), None)


def _provider(record: Mapping[str, Any], asked: Mapping[str, Any]) -> Any:
    if record.get("provider"):
        return record["provider"]
    engine = record.get("engine") or asked.get("engine")
    return _ENGINES.get(engine.lower()) if isinstance(engine, str) else None


def _instructions(
    record: Mapping[str, Any], settings: Mapping[str, Any], asked: Mapping[str, Any]
) -> Any:
    found = (record.get("instructions"), asked.get("prompt"), settings.get("pre_prompt"))
    return next((text for text in found if text not in (*_EMPTY, REFERENCE)), None)
