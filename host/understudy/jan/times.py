"""Times, as five generations of files have them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final

MILLISECONDS: Final = 1e11
"""A larger number counts milliseconds: as seconds it would lie behind the year 5000."""


def seconds(value: Any) -> int | None:
    """Unix seconds of a time: seconds or milliseconds, a number or digits, or ISO 8601.

    None if it is no time. Zero, which Jan writes for "not yet", is none either.
    """
    number = _from_text(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    if not 0 < number < MILLISECONDS * 1000 or math.isnan(number):
        return None
    return int(number / 1000 if number > MILLISECONDS else number)


def is_seconds(value: Any) -> bool:
    """Whether a time is already what we write."""
    return type(value) is int and 0 <= value < MILLISECONDS


def _from_text(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
