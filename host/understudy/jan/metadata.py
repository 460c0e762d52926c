"""Metadata: Jan's holds anything, OpenAI's 16 pairs of short texts."""

from __future__ import annotations

import json
from typing import Any, Final

MAX_PAIRS: Final = 16
MAX_KEY: Final = 64
MAX_VALUE: Final = 512
LEFT: Final = "jan_metadata"
"""The field of ours that keeps what does not fit."""


def set_metadata(record: dict[str, Any], **more: str | None) -> None:
    """Give the record metadata that OpenAI allows, `more` added where the key is free."""
    found = record.get("metadata")
    source = found if isinstance(found, dict) else {}
    fitting = [(key, _text(value)) for key, value in source.items() if _fits(key, value)]
    metadata = dict(fitting[:MAX_PAIRS])
    left = {key: value for key, value in source.items() if key not in metadata}
    for key, value in more.items():
        if value and key not in metadata and len(metadata) < MAX_PAIRS:
            metadata[key] = value[:MAX_VALUE]
    record["metadata"] = metadata
    if left:
        record[LEFT] = left


def is_metadata(value: Any) -> bool:
    """Whether it is OpenAI's already."""
    return (
        type(value) is dict
        and len(value) <= MAX_PAIRS
        and all(type(text) is str and _fits(key, text) for key, text in value.items())
    )


def _fits(key: str, value: Any) -> bool:
    plain = isinstance(value, (str, int, float, bool))
    return plain and len(key) <= MAX_KEY and len(_text(value)) <= MAX_VALUE


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
