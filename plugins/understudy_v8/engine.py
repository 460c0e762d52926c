"""What evaluates texts, in whatever place; and what it says against them."""

from __future__ import annotations

import re
from asyncio import Future
from collections.abc import Callable
from typing import Protocol

from understudy.errors import ScriptError
from understudy.runtimes import Limits
from understudy_v8.isolate import Lost, SyntaxFault

Then = Callable[[Future[list[str]]], None]


class Engine(Protocol):
    """Evaluates texts in one heap: strings in, strings out."""

    @property
    def usable(self) -> bool:
        """Whether it can evaluate more."""
        ...

    def watch(self, lost: Lost) -> None:
        """Have `lost` called if the engine ends by itself while it has nothing to do."""
        ...

    def restrict(self, limits: Limits) -> None:
        """Set the limits."""
        ...

    def run(self, texts: tuple[str, ...], then: Then | None = None) -> Future[list[str]]:
        """Evaluate in a row; microtasks run after each. `then` is called right at the end.

        Fails with `SyntaxFault`, or with `ScriptError` and is of no more use.
        """
        ...

    async def close(self) -> None:
        """Stop whatever runs and let go. Returns within seconds."""
        ...


def closed() -> ScriptError:
    """What a run ends in whose engine was closed."""
    return ScriptError("the script was closed", kind="cancelled")


def fault(text: str) -> SyntaxFault | ScriptError:
    """What the engine's message about a text means."""
    head = text.partition("\n")[0]
    if "SyntaxError: " in head:
        return _syntax_fault(text)
    return ScriptError(f"the script broke its engine: {head[:300]}")


def _syntax_fault(text: str) -> SyntaxFault:
    # "<anonymous>:3: SyntaxError: message", the line of source, then a line of blanks and carets.
    head, _, rest = text.partition("\n")
    match = re.match(r".*?:(\d+): SyntaxError: (.*)", head)
    if match is None:
        return SyntaxFault(head[:300], 1, None)
    lines = rest.split("\n")
    carets = lines[1] if len(lines) > 1 else ""
    column = carets.find("^") + 1 or None
    return SyntaxFault(match[2], int(match[1]), column)
