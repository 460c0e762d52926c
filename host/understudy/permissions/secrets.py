"""Secrets that settings name, and where each would go.

`{"api_key": {"$env": "KEY"}, "base_url": "https://…"}` in a folder that comes from elsewhere would
have a secret of this machine sent wherever the folder's author likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

USUAL: Final = "the model server that is set here"


def of_model(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets that a model's settings name, each with the server that gets it."""
    base_url = settings.get("base_url")
    target = _server(base_url) if isinstance(base_url, str) and base_url else USUAL
    return tuple(f"{secret} to {target}" for secret in named_in(settings))


def of_tool(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets that an entry of `tools` names."""
    return tuple(f"{secret} to the tool `{entry.get('type')}`" for secret in named_in(entry))


def named_in(value: Any) -> Iterator[str]:
    """The references in a value, each once, in words."""
    yield from dict.fromkeys(_references(value, 0))


def _references(value: Any, depth: int) -> Iterator[str]:
    if depth > 50:  # no settings are nested so deeply; hooks may make cyclic ones
        return
    if isinstance(value, Mapping):
        if isinstance(value.get("$env"), str):
            yield f"the environment variable {value['$env']}"
        if isinstance(value.get("$file"), str):
            yield f"the content of the file {value['$file']}"
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _references(item, depth + 1)


def _server(base_url: str) -> str:
    """Scheme, host and port: a secret may go to any path there."""
    try:
        parts = urlsplit(base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    except ValueError:
        return base_url
