"""Errors that have a place in the author's code."""

from __future__ import annotations

from understudy.errors import ScriptError, ScriptFailure


def error_at(
    path: str,
    line: int | None,
    column: int | None,
    message: str,
    *,
    kind: ScriptFailure = "error",
    stack: str | None = None,
    hint: str | None = None,
) -> ScriptError:
    """An error whose message begins with its place. Lines and columns count from 1."""
    place = ":".join(str(part) for part in (path, line, column) if part is not None)
    return ScriptError(
        f"{place}: {message}",
        kind=kind,
        file=path,
        line=line,
        column=column,
        stack=stack,
        hint=hint,
    )
