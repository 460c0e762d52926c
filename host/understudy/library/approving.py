"""What is wrong with `"approve"` in assistant.json: a misspelt name would protect nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from understudy.folder.files import JSONFile
from understudy.folder.problems import Problem
from understudy.library.toolbox import Toolbox
from understudy.permissions.approvals import FUNCTION

_PATH = ("approve",)


def approval_problems(file: JSONFile, toolbox: Toolbox) -> Iterator[Problem]:
    """Problems with the list, and with a function that has the name of the question."""
    if not _is_list(file.value.get("approve", [])):
        message = '"approve" must be a list of tools: ["send_mail", "plugin:tool", "*"]'
        yield file.problem("bad-field", _PATH, message)
    for name, guess in toolbox.unknown_approvals():
        # What is not there cannot be called; what looks like a slip would be called unasked.
        severity: Literal["error", "warning"] = "error" if guess else "warning"
        message = f'"approve" names `{name}`, and there is no such tool'
        hint = guess or "`understudy plugins list` shows the tools that are installed."
        yield file.problem("unknown-approval", _PATH, message, hint=hint, severity=severity)
    if toolbox.is_asked(FUNCTION):
        message = f"the name `{FUNCTION}` is taken: it is how approval is asked for"
        yield file.problem("bad-field", ("tools",), message, hint="Rename the function.")


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
