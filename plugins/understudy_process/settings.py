"""What package.json may say of process.js: `{"understudy": {"process": {…}}}`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from understudy.errors import Invalid

_EXAMPLE = '{"engine": "deno", "memory_mb": 256, "call_seconds": 60}'


class Settings(BaseModel):
    """`engine` None: the jail if that will do, else whichever engine there is. `memory_mb` is what
    it may use besides the engine's own; `call_seconds` how long a call, or the next item of one,
    may take; `cpu_seconds` what it may compute in its whole life, before another takes its place.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["deno", "node", "jail"] | None = None
    memory_mb: float = Field(default=512, ge=32, le=4096)
    call_seconds: float = Field(default=120, gt=0, le=600)
    cpu_seconds: int = Field(default=3600, ge=1, le=86400)

    @classmethod
    def read(cls, package: Mapping[str, Any]) -> Self:
        """Read them from package.json's content. Raises `Invalid`."""
        ours = package.get("understudy")
        given = ours.get("process", {}) if isinstance(ours, Mapping) else {}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise _invalid(error) from None


def _invalid(error: ValidationError) -> Invalid:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    where = ".".join(filter(None, ("understudy.process", name)))
    if first["type"] == "extra_forbidden":
        close = get_close_matches(name, Settings.model_fields, 1)
        why = f"there is no such setting{f'; did you mean `{close[0]}`?' if close else ''}"
    else:
        why = first["msg"].lower()
    return Invalid(f"package.json: `{where}`: {why}", param=where, hint=f"For example {_EXAMPLE}.")
