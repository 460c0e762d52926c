"""One module, compiled: the function to evaluate, and what it asks of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from understudy_v8.modules.rewrite import Rewritten

Kind = Literal["esm", "cjs", "json", "package"]
How = Literal["import", "require"]


@dataclass(frozen=True, slots=True)
class Request:
    """A name in an `import` or `require`. A lazy one may lead nowhere until it is reached."""

    specifier: str
    how: How
    lazy: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Imported:
    """A name taken from another module; `name` None is its whole namespace."""

    specifier: str
    name: str | None
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Module:
    """`exports` maps a name to what it re-exports, or None for what the module itself declares.

    `imports` are the specifiers whose namespaces the function takes, in order.
    """

    kind: Kind
    rewritten: Rewritten
    requests: tuple[Request, ...] = ()
    imports: tuple[str, ...] = ()
    imported: tuple[Imported, ...] = ()
    exports: dict[str, Imported | None] = field(default_factory=dict, hash=False)
    stars: tuple[str, ...] = ()
    awaits: bool = False
    doubtful: bool = False
    """The parser found a mistake; so V8 must look at the module without our wrapper, too."""
    body: str = ""
    specifier: str = ""
    """Of a package: how it is named in imports."""
    hows: tuple[How, ...] = ()
    """Of a package: how it is asked for. To one that does both, it may be two different files."""

    def taken(self) -> tuple[Imported, ...]:
        """What it takes from other modules: imported, and exported again."""
        again = (target for target in self.exports.values() if target is not None)
        return (*self.imported, *again)
