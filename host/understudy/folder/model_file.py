"""Reading model.json, and the models that Jan's assistant.json may hold itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from understudy.folder.fields import Loc, field_problems, misspelt
from understudy.folder.files import JSONFile, read_json
from understudy.folder.model import ModelConfig
from understudy.folder.problems import Problem
from understudy.jan.models import model_from_jan, unknown_engine

MODEL: Final = "model.json"
_JAN_FIELDS: Final = (
    *("id", "object", "name", "version", "created", "created_at", "description", "engine"),
    *("source_url", "sources", "owned_by", "state", "assets", "format", "metadata", "files"),
    *("engine_parameters", "model_parameters", "base_url", "api_key", "timeout"),
    *("temperature", "top_p", "max_tokens", "$schema"),
)
KNOWN: Final = frozenset((*ModelConfig.model_fields, *_JAN_FIELDS))


def read_model(
    folder: Path | None, assistant: JSONFile | None, problems: list[Problem]
) -> ModelConfig | None:
    """The configuration that holds: what assistant.json has of a model, over model.json."""
    file = read_json(folder, MODEL, problems) if folder else None
    if file is not None:
        problems += misspelt(file, KNOWN)
    config = _config(file, (), file.value, problems) if file else None
    for path in (("models", 0), ("model",)):
        record = _at(assistant, path) if assistant else None
        if assistant and isinstance(record, dict):
            own = _config(assistant, path, record, problems)
            config = own.over(config) if own else config
    return config


def _at(file: JSONFile, path: Loc) -> Any:
    value: Any = file.value
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _config(
    file: JSONFile, path: Loc, record: dict[str, Any], problems: list[Problem]
) -> ModelConfig | None:
    try:
        config = ModelConfig.model_validate(model_from_jan(record))
    except ValidationError as error:
        problems += field_problems(error, file, path)
        return None
    engine = unknown_engine(record)
    if engine and not config.settings.base_url:
        problems.append(_unreachable(file, (*path, "engine"), engine))
    return config


def _unreachable(file: JSONFile, path: Loc, engine: str) -> Problem:
    secret = f'{{"$env": "{engine.upper().replace("-", "_")}_API_KEY"}}'
    hint = f'Add "settings": {{"base_url": "https://…/v1", "api_key": {secret}}}.'
    message = f"where the engine `{engine}` answers is not known"
    return file.problem("unknown-engine", path, message, hint=hint, severity="warning")
