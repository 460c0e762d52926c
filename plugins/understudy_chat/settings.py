"""The settings of a model that say how to reach it, as they stand in model.json."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveFloat, ValidationError

from understudy.errors import ModelError


class Settings(BaseModel):
    """How to reach a model. `timeout` is the longest silence of the server, in seconds.

    Keys that we do not know are somebody else's (`ctx_len`, `ngl` …) and are left alone.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    base_url: str | None = None
    api_key: str | dict[str, str] | None = None
    timeout: PositiveFloat = 120.0
    max_retries: NonNegativeInt = 2


def read_settings(values: Mapping[str, Any]) -> Settings:
    """Check the settings. Raises `ModelError`, which never shows a value: it may be a secret."""
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = first["loc"][0] if first["loc"] else "settings"
        raise ModelError(
            f"the model's settings: `{place}`: {first['msg']}.",
            kind="refused",
            hint=f"Correct `{place}` in the `settings` of model.json.",
        ) from None


def resolve_secret(value: str | Mapping[str, str] | None, setting: str) -> str | None:
    """The secret itself: text as it is, `{"$env": NAME}` or `{"$file": path}` looked up now.

    `setting` is its name, for the `ModelError` (`auth`) that is raised if there is none.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return check_secret(value, f"`{setting}` in the model's settings")
    match dict(value):
        case {"$env": name, **rest} if not rest:
            return _from_environment(name, setting)
        case {"$file": name, **rest} if not rest:
            return _from_file(name, setting)
    raise _no_secret(
        f"`{setting}` in the model's settings is not a secret.",
        f'Write `"{setting}": {{"$env": "NAME"}}`, `{{"$file": "path"}}`, or the text itself.',
    )


def check_secret(value: str, origin: str) -> str | None:
    """The secret without space around it; None if nothing is left. Raises `ModelError`."""
    secret = value.strip()
    if secret.isascii() and (secret.isprintable() or not secret):
        return secret or None
    raise _no_secret(
        f"{origin} holds characters that no API key has.",
        "Copy the key again, without line breaks and quotation marks.",
    )


def _from_environment(name: str, setting: str) -> str:
    secret = check_secret(os.environ.get(name, ""), f"the environment variable {name}")
    if secret is None:
        raise _no_secret(
            f"`{setting}` in the model's settings names the environment variable {name}, "
            "which is not set.",
            f"Set it: `export {name}=…`.",
        )
    return secret


def _from_file(name: str, setting: str) -> str:
    path = Path(name).expanduser()
    try:
        secret = check_secret(path.read_text(encoding="utf-8-sig"), f"the file {path}")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise _no_secret(
            f"`{setting}` in the model's settings names the file {path}, which cannot be read: "
            f"{reason}.",
            "Put the key into that file, alone on its line.",
        ) from None
    if secret is None:
        raise _no_secret(f"the file {path} is empty.", "Put the key into it, alone on its line.")
    return secret


def _no_secret(message: str, hint: str) -> ModelError:
    return ModelError(message, kind="auth", hint=hint)
