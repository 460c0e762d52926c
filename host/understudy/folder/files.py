"""Reading one file of an assistant's folder: whatever lies there, text or a problem comes back."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from understudy.folder import jsonc
from understudy.folder.problems import Problem

MAX_JSON: Final = 16 * 2**20
MAX_TEXT: Final = 2**20
"""Bytes. OpenAI allows 256,000 characters of instructions, which are at most 1,024,000 bytes."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Unreadable(Exception):
    """A file that is there and cannot be used."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class JSONFile:
    """A JSON file of the folder: its name, the object it holds, its text if there is a file."""

    name: str
    value: dict[str, Any]
    text: str | None = None

    def problem(
        self,
        code: str,
        path: tuple[str | int, ...],
        message: str,
        *,
        hint: str | None = None,
        severity: Literal["error", "warning"] = "error",
    ) -> Problem:
        """A problem with the value at a path."""
        line, column = (None, None) if self.text is None else jsonc.locate(self.text, path)
        name = spell(path) or None
        return Problem(code, message, self.name, line, column, hint, severity, field=name)


def spell(path: Iterable[str | int]) -> str:
    """A path as one writes it: `tools[0].function.name`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def read_json(folder: Path, name: str, problems: list[Problem]) -> JSONFile | None:
    """The object that a file holds; None if there is none, with a problem if it is bad."""
    text = read_text(folder, name, problems, limit=MAX_JSON)
    if text is None:
        return None
    try:
        value = jsonc.loads(text)
    except jsonc.JSONCError as error:
        problems.append(Problem("bad-json", error.message, name, error.line, error.column))
        return None
    file = JSONFile(name, value if isinstance(value, dict) else {}, text)
    if not isinstance(value, dict):
        problems.append(file.problem("bad-json", (), "the file must hold an object: { … }"))
        return None
    problems += [_duplicate(name, *found) for found in jsonc.duplicates(text)]
    return file


def _duplicate(name: str, key: str, line: int, column: int) -> Problem:
    message = f'"{key}" is there twice; this one does not count'
    return Problem("duplicate-field", message, name, line, column, "Remove one.", "warning")


def read_text(
    folder: Path, name: str, problems: list[Problem], *, limit: int = MAX_TEXT
) -> str | None:
    """A file's text; None if there is no such file, with a problem if it cannot be read."""
    if not os.path.lexists(folder / name):
        return None
    try:
        return _decode(_read(folder, name, limit))
    except FileNotFoundError:
        problems.append(Problem("unreadable-file", "this link leads nowhere", name))
    except UnicodeDecodeError as error:
        problems.append(_not_utf8(name, error))
    except Unreadable as error:
        problems.append(Problem("unreadable-file", str(error), name, hint=error.hint))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        problems.append(Problem("unreadable-file", f"the file cannot be read: {reason}", name))
    return None


def _read(folder: Path, name: str, limit: int) -> bytes:
    path = resolve(folder, name)
    # Not blocking: opening a FIFO would wait for a writer.
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable("this is not a file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Unreadable(f"the file is larger than {limit // 2**20} MB")
    return content


def resolve(folder: Path, name: str) -> Path:
    """The real path of a file. Raises `Unreadable` if it lies outside the folder."""
    path = Path(os.path.realpath(folder / name))
    if not (path.is_relative_to(folder) or path.is_relative_to(os.path.realpath(folder))):
        hint = "Copy the file into the folder: an assistant is whole in its folder."
        raise Unreadable("this leads out of the assistant's folder", hint)
    return path


def _decode(content: bytes) -> str:
    if content.startswith(_UTF16):
        raise Unreadable("the file is UTF-16", "Save it as UTF-8.")
    return content.decode("utf-8-sig")


def _not_utf8(name: str, error: UnicodeDecodeError) -> Problem:
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    message = f"the byte 0x{error.object[error.start]:02x} is not UTF-8 text"
    return Problem("unreadable-file", message, name, line, column, "Save the file as UTF-8.")
