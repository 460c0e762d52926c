"""What code asks an effect for: JSON from outside, checked before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from understudy.errors import Invalid


class Asked(BaseModel):
    """The payload of an effect."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    @classmethod
    def read(cls, payload: Mapping[str, Any], hints: Mapping[str, str] | None = None) -> Self:
        """Read a payload. Raises `Invalid`, with the hint for the field that is wrong, if any."""
        try:
            return cls.model_validate(payload)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            param = ".".join(str(step) for step in first["loc"])
            hint = (hints or {}).get(param.partition(".")[0])
            raise Invalid(f"Invalid '{param}': {first['msg']}.", param=param, hint=hint) from None
