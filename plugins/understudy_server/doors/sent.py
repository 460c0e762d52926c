"""What clients of these doors send has in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Sent(BaseModel):
    """A request, or a part of one.

    Fields that OpenAI does not know are let pass: chat programs send some of their own, and items
    are often those of earlier answers.
    """

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, defer_build=True)


def or_text(parts: Any) -> BeforeValidator:
    """Text instead of `parts` is a list of one part.

    Errors then name the part that is wrong, and no branch of a union.
    """
    return BeforeValidator(_as_parts, json_schema_input_type=str | parts)


def _as_parts(content: Any) -> Any:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
