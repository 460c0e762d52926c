"""How durable a host's writes are: what it was told, or `UNDERSTUDY_DURABILITY`."""

from __future__ import annotations

import inspect
import os
from typing import Any, Final, get_args

from understudy.errors import Invalid
from understudy.store import Durability

VARIABLE: Final = "UNDERSTUDY_DURABILITY"


def chosen_durability(named: str | None = None) -> Durability:
    """The durability that is named here or in the environment. Raises `Invalid`."""
    found = named or os.environ.get(VARIABLE) or "full"
    if found not in get_args(Durability):
        raise Invalid(
            f'There is no durability "{found[:40]}".',
            param="durability",
            hint=f"Say full or fast, with --durability or in {VARIABLE}.",
        )
    return "fast" if found == "fast" else "full"


def store_options(factory: Any, durability: Durability) -> dict[str, Durability]:
    """What a store is made with, besides its root. Only those that can be fast are told to be."""
    if durability == "full" or "durability" not in inspect.signature(factory).parameters:
        return {}
    return {"durability": durability}
