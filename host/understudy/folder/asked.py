"""All that an assistant's folder asks for: its code's permissions, and secrets in its settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from understudy.folder.model import ModelConfig
from understudy.folder.model_file import read_model
from understudy.folder.read import AssistantFolder
from understudy.permissions.grant import Grant
from understudy.permissions.secrets import of_model, of_tool

_MAX_MODELS: Final = 1000


def asked_by(folder: AssistantFolder) -> Grant:
    """What it would be to allow all of it."""
    return replace(folder.asks, secrets=tuple(dict.fromkeys(_secrets(folder))))


def _secrets(folder: AssistantFolder) -> Iterator[str]:
    nearest = folder.model or ModelConfig()
    yield from of_model(_settings(nearest))
    for general in _models(folder.path):
        yield from of_model(_settings(nearest.over(general)))
    for tool in folder.assistant.tools if folder.assistant else ():
        yield from of_tool(tool.wire())


def _settings(config: ModelConfig) -> dict[str, Any]:
    return config.settings.model_dump(exclude_none=True, by_alias=True)


def _models(folder: Path | None) -> Iterator[ModelConfig]:
    """What the folder's own `models/` say of models."""
    here = folder / "models" if folder else None
    if here is None or not here.is_dir():
        return
    for path in sorted(here.iterdir())[:_MAX_MODELS]:
        config = read_model(path, None, [])
        if config is not None:
            yield config
