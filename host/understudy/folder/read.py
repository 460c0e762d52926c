"""Reading an assistant's folder: everything it holds, and everything that is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from understudy import store
from understudy.errors import Invalid
from understudy.folder.assistant import Defaults, read_assistant, read_id, read_keeps_threads
from understudy.folder.code import read_code
from understudy.folder.files import JSONFile, read_json
from understudy.folder.fingerprint import fingerprint
from understudy.folder.instructions import read_instructions
from understudy.folder.model import ModelConfig
from understudy.folder.model_file import MODEL, read_model
from understudy.folder.problems import Problem
from understudy.jan.models import REFERENCE
from understudy.objects import Assistant
from understudy.permissions.grant import NOTHING, Grant

ASSISTANT: Final = "assistant.json"


@dataclass(frozen=True, slots=True)
class AssistantFolder:
    """An assistant's folder, as it was when it was read.

    `path` is None for an assistant that a store keeps without a folder. `assistant` is None if
    assistant.json cannot be read, or if there is no assistant. `main`, where the code starts, and
    `instructions_file`, where the instructions are from, are relative to the folder. `asks` are
    the permissions in package.json. `file` is
    assistant.json (or `<folder>.json` of Jan's first draft), for pointing into it.
    """

    id: str
    path: Path | None = None
    fingerprint: str = ""
    assistant: Assistant | None = None
    model: ModelConfig | None = None
    package: dict[str, Any] = field(default_factory=dict, hash=False)
    main: Path | None = None
    asks: Grant = NOTHING
    instructions_file: str | None = None
    keeps_threads: bool = False
    file: JSONFile = field(default=JSONFile(ASSISTANT, {}), hash=False, repr=False)
    problems: tuple[Problem, ...] = ()

    @property
    def home(self) -> store.Path:
        """Where new threads lie: in the root, or in the assistant's folder."""
        return ("assistants", self.id, "threads") if self.keeps_threads else ("threads",)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the assistant from running."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def require_assistant(self) -> Assistant:
        """The assistant. Raises `Invalid` if assistant.json is missing or has mistakes.

        What is wrong elsewhere in the folder only keeps the assistant from running.
        """
        wrong = [problem for problem in self.errors if problem.file in (None, self.file.name)]
        if self.assistant is not None and not wrong:
            return self.assistant
        first = (wrong or list(self.errors))[0]
        message = f"The assistant `{self.id}` cannot be read: {first}"
        raise Invalid(message, param=first.field, hint=first.hint)


def read_folder(folder: Path, *, id: str | None = None) -> AssistantFolder:  # noqa: A002
    """Read an assistant's folder. Never raises for what is in it: that is in `problems`.

    Everything is optional: a folder with only AGENTS.md, INSTRUCTIONS.md or src/index.js is an
    assistant too. `id` is the name it is found under; without it, the id in the file counts.
    """
    problems: list[Problem] = []
    before, real = fingerprint(folder), Path(os.path.realpath(folder))
    file = _assistant_file(real, folder.name, problems)
    is_readable = file is not None or not problems
    found = AssistantFolder(read_id(file, folder.name, id, problems), folder, before)
    model = read_model(real, file, problems)
    code = read_code(real, problems)
    written = read_instructions(real, problems)
    found = replace(found, model=model, package=code.package, main=code.main, asks=code.asks)
    if file is not None:
        found = replace(found, file=file)
    if file is None and not code.main and not written:
        problems += [] if _has_error(problems) else [_nothing(folder)]
    elif is_readable:
        found = _with_assistant(found, written, problems)
    return replace(found, problems=_sorted(problems))


def read_document(value: Mapping[str, Any], *, id: str) -> AssistantFolder:  # noqa: A002
    """The same for an assistant.json without a folder, as a store has it."""
    problems: list[Problem] = []
    file = JSONFile(ASSISTANT, dict(value))
    found = AssistantFolder(read_id(file, id, id, problems), file=file)
    found = replace(found, model=read_model(None, file, problems))
    found = _with_assistant(found, None, problems)
    return replace(found, problems=_sorted(problems))


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    """By file, then from top to bottom."""
    return tuple(sorted(problems, key=lambda it: (it.file or "", it.line or 0, it.column or 0)))


def _assistant_file(folder: Path, name: str, problems: list[Problem]) -> JSONFile | None:
    file = read_json(folder, ASSISTANT, problems)
    if file is None and not problems:
        file = read_json(folder, f"{name}.json", problems)
    return file


def _has_error(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _nothing(folder: Path) -> Problem:
    if not folder.is_dir():
        return Problem("no-assistant", f"there is no folder `{folder.name}`")
    if not os.access(folder, os.R_OK | os.X_OK):
        return Problem("unreadable-file", f"the folder `{folder.name}` may not be read")
    message = f"`{folder.name}` holds no assistant: there is no {ASSISTANT}"
    hint = "Write one; AGENTS.md or src/index.js will do, too."
    return Problem("no-assistant", message, hint=hint)


def _with_assistant(
    found: AssistantFolder, written: tuple[str, str] | None, problems: list[Problem]
) -> AssistantFolder:
    text, source = _instructions(found.file, found.model, written)
    defaults = Defaults(found.id, _made_at(found, source), found.model, text)
    assistant = read_assistant(found.file, defaults, problems)
    is_own = assistant.instructions not in (None, text)
    return replace(
        found,
        assistant=assistant,
        instructions_file=found.file.name if is_own else source,
        keeps_threads=read_keeps_threads(assistant, found.file, problems),
    )


def _instructions(
    file: JSONFile, model: ModelConfig | None, written: tuple[str, str] | None
) -> tuple[str, str] | tuple[None, None]:
    """What holds if assistant.json has no instructions: the text, and the file it is from."""
    of_model = (model.instructions, MODEL) if model and model.instructions else None
    if file.value.get("instructions") == REFERENCE:
        return of_model or written or (None, None)
    return written or of_model or (None, None)


def _made_at(found: AssistantFolder, source: str | None) -> int:
    """When the file that makes it an assistant was written, in Unix seconds."""
    for name in (found.file.name, found.main, source):
        try:
            if found.path and name:
                return int((found.path / name).stat().st_mtime)
        except OSError:
            continue
    return 0
