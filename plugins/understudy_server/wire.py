"""JSON as bytes."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import PydanticSerializationError, to_json


def json_bytes(value: Any) -> bytes:
    """Compact JSON of what the host gives. A fifth of the time of `json.dumps`."""
    try:
        return to_json(value)
    except PydanticSerializationError:  # half a surrogate pair: JSON can escape it, UTF-8 not
        return json.dumps(value).encode()
