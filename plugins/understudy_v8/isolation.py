"""Where code runs: in this process, or in the jail."""

from __future__ import annotations

import os
from collections.abc import Mapping

from understudy.errors import ScriptError
from understudy.runtimes import Source

VARIABLE = "UNDERSTUDY_JAIL"


def is_jailed(source: Source, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether an assistant's code runs in the jail. Raises `ScriptError` for a wish that is none.

    The variable `UNDERSTUDY_JAIL` decides for all code: `always` or `never`. Without it, code that
    is not trusted does, and code whose package.json asks for it.
    """
    asked = _asked(source)
    decided = environment.get(VARIABLE) or "auto"
    if decided not in ("auto", "always", "never"):
        raise ScriptError(f"{VARIABLE} is {decided!r}; it can be `auto`, `always` or `never`")
    if decided != "auto":
        return decided == "always"
    return asked or not source.grant.trusted


def _asked(source: Source) -> bool:
    # A package can ask for less than it would get, never for more.
    settings = source.package.get("understudy")
    wish = settings.get("isolation") if isinstance(settings, Mapping) else None
    if wish not in (None, "jail"):
        raise ScriptError(
            'package.json: "isolation" can only be "jail"',
            file="package.json",
            hint="Without it, code runs in the jail if nobody has trusted it.",
        )
    return wish is not None
