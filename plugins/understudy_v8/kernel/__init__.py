"""The kernel: our own JavaScript, which every isolate evaluates before any other code."""

from __future__ import annotations

from functools import cache
from importlib import resources

NAME = "understudy:kernel"
"""The kernel's file name in JavaScript stacks."""
OURS = ("understudy:kernel", "understudy:web/", "async understudy:web/")
"""How the file names of code that is not the author's begin."""

_FILES = (
    "primordials", "context", "outbox", "errors", "clock", "timers", "console",
    "calls", "entropy", "web", "run", "modules", "exports", "invoke", "entry",
)  # fmt: skip


@cache
def _body() -> str:
    here = resources.files(__name__)
    return "".join((here / f"{name}.js").read_text("utf-8") for name in _FILES)


def source(secret: str) -> str:
    """The kernel, for an isolate whose host proves itself by `secret`."""
    return f'((secret) => {{"use strict";{_body()}}})("{secret}");""\n//# sourceURL={NAME}'
