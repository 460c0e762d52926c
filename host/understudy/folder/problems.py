"""A problem: what is wrong with an assistant, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is stable, for scripts. `file` is relative to the folder, `line` and `column` from 1.

    An `error` keeps the assistant from running, a `warning` does not. Codes of the host's own:
    `bad-field`, `bad-id`, `bad-json`, `duplicate-field`, `duplicate-function`, `main-missing`,
    `no-assistant`, `not-allowed`, `thread-location`, `unknown-approval`, `unknown-engine`,
    `unknown-field`, `unknown-permission`, `unknown-tool`, `unreadable-file`.
    """

    code: str
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"
    plugin: str | None = None
    field: str | None = None
    """The field that is wrong, as one writes it: `tools[0].type`."""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.message}" if place else self.message

    def as_json(self) -> dict[str, Any]:
        """The problem as JSON, with all its keys."""
        return {name: getattr(self, name) for name in self.__slots__}
