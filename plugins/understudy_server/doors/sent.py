"""What clients of these doors send has in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Sent(BaseModel):
    """A request, or a part of one.

    Fields that OpenAI does not know are let pass: chat programs send some of their own, and items
    are often those of earlier answers.
    """

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


def as_parts(content: Any) -> Any:
    """Text is a list of one part: errors then name the part that is wrong, and no branch."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
