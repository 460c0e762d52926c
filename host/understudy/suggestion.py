"""What somebody may have meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A question that offers the closest name; empty if none is close."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(names), 1)
    return f"Did you mean `{close[0]}`?" if close else ""
