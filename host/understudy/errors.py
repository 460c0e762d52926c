"""The errors Understudy raises: one small family.

A message names the culprit, the place and what happened; `hint` says what to do next. Both are
written for a person: the command line prints them as they are, without a traceback.
"""

from __future__ import annotations

from typing import Literal


class UnderstudyError(Exception):
    """Anything that Understudy reports. `str(error)` is the message, `error.hint` the next step."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class NotFound(UnderstudyError):
    """An assistant, thread, file, plugin … of that name does not exist."""


class Invalid(UnderstudyError):
    """Something from outside is malformed. `param` names the field, where there is one."""

    def __init__(self, message: str, *, param: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.param = param


class Conflict(UnderstudyError):
    """Somebody else was faster, or holds it: a changed document, a locked thread, a taken name."""


class StoreError(UnderstudyError):
    """The store could not read or write: a full disk, a missing permission, a damaged file.

    `kind` is `full`, `readonly`, `damaged` or `io`. What was stored before is untouched.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: Literal["full", "readonly", "damaged", "io"] = "io",
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class PluginError(UnderstudyError):
    """A plugin failed. `plugin` is its name, `hook` the hook or action it failed in."""

    def __init__(
        self, message: str, *, plugin: str, hook: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.plugin = plugin
        self.hook = hook


ModelFailure = Literal[
    "unreachable", "auth", "not_found", "rate_limit", "refused", "server", "timeout", "broken"
]


class ModelError(UnderstudyError):
    """The model could not answer.

    `kind`: `unreachable` (nothing listens), `auth` (401, 403), `not_found` (404: no such model),
    `rate_limit` (429), `refused` (another 4xx), `server` (5xx), `timeout`, `broken` (the stream
    ended early or was not chat completions). `status` is the HTTP status, where there was one.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ModelFailure,
        status: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.status = status


ScriptFailure = Literal["error", "syntax", "time", "memory", "cancelled"]


class ScriptError(UnderstudyError):
    """An assistant's own code failed.

    `kind`: `error` (it threw), `syntax`, `time` or `memory` (a limit was reached), `cancelled`.
    `file`, `line` and `column` (both from 1) are the author's own; `stack` is the JavaScript stack.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ScriptFailure = "error",
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        stack: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.file = file
        self.line = line
        self.column = column
        self.stack = stack


class ToolError(UnderstudyError):
    """A tool says that its call failed. The model is shown the message and may try again."""


class NotAllowed(UnderstudyError):
    """Code asked for something that the user has not allowed it. The message says how to."""


class NetworkError(UnderstudyError):
    """A request of code was not answered: no such host, no connection, too much, too late."""
