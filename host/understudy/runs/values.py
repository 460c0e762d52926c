"""Values from models, tools, hooks and scripts, as files and requests can hold them."""

from __future__ import annotations

import json
from typing import Any

from understudy.errors import Invalid


def whole(text: str) -> str:
    """The text without halves of surrogate pairs: models send them, and UTF-8 has none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def require_json(value: Any, what: str) -> None:
    """Raise `Invalid` if a value is not JSON."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(f"{what} is not JSON: {error}.") from error
