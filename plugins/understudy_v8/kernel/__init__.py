"""The kernel: our own JavaScript, which every isolate evaluates before any other code."""

from __future__ import annotations

from functools import cache
from importlib import resources

NAME = "understudy:kernel"
"""The kernel's file name in JavaScript stacks."""
OURS = ("understudy:kernel", "understudy:web/", "async understudy:web/")
"""How the file names of code that is not the author's begin."""
AWAKE = "awake"
"""What `wake` and `source` evaluate to."""

_FILES = (
    "primordials", "context", "outbox", "errors", "clock", "timers", "console",
    "calls", "entropy", "web", "run", "modules", "exports", "invoke", "entry",
)  # fmt: skip


@cache
def body() -> str:
    """An expression: the kernel, not yet awake."""
    here = resources.files(__name__)
    text = "".join((here / f"{name}.js").read_text("utf-8") for name in _FILES)
    return f'(() => {{"use strict";{text}}})()'


def source(secret: str) -> str:
    """The kernel, for an isolate whose host proves itself by `secret`."""
    return f'{body()}.wake("{secret}")\n//# sourceURL={NAME}'


def wake(secret: str) -> str:
    """The same for an isolate that comes from a snapshot; in another, it evaluates to nothing."""
    return f'globalThis.__understudy_wake?.("{secret}") ?? ""'
