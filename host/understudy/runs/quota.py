"""How often one run may ask a model: a loop that never ends must not spend for ten minutes."""

from __future__ import annotations

import os
from typing import Final

from understudy.errors import Invalid, UnderstudyError

MODEL_CALLS: Final = 1000
"""More than any run of a person's assistant is known to need."""
VARIABLE: Final = "UNDERSTUDY_MODEL_CALLS"
_COUNTED: Final = frozenset({"model", "embed"})


def chosen_model_calls() -> int:
    """The most model calls of one run: what the environment says. Raises `Invalid`."""
    named = os.environ.get(VARIABLE, "").strip()
    if not named:
        return MODEL_CALLS
    if not (named.isascii() and named.isdecimal() and len(named) < 10 and int(named)):
        raise Invalid(
            f'{VARIABLE} is "{named[:40]}", which is no number of model calls.',
            hint=f"Say how many a run may make, such as {MODEL_CALLS}, or nothing.",
        )
    return int(named)


class Quota:
    """Counts the model calls of one run, those before its process died included."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made = 0

    def count(self, kind: str) -> UnderstudyError | None:
        """Count an effect of this kind; the error if it is one too many."""
        if kind not in _COUNTED:
            return None
        self._made += 1
        if self._made <= self._most:
            return None
        return UnderstudyError(
            f"The run was stopped: it asked a model more than {self._most:,} times.",
            hint=f"Look for a loop that does not end; {VARIABLE} allows more.",
        )
