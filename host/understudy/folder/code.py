"""An assistant's code: package.json, and the file where it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from understudy.folder.files import JSONFile, Unreadable, read_json, resolve
from understudy.folder.permissions import read_permissions
from understudy.folder.problems import Problem
from understudy.permissions.grant import NOTHING, Grant

PACKAGE: Final = "package.json"
MAINS: Final = ("src/index.js", "src/index.mjs", "src/index.cjs", "src/index.ts", "index.js")
"""Where code starts if package.json does not say, in this order."""

_COMPLETIONS: Final = ("", ".js", ".mjs", ".cjs", ".ts", "/index.js", "/index.ts")


@dataclass(frozen=True, slots=True)
class Code:
    """`main` is relative to the folder; `package` is what package.json holds, `asks` what it
    asks for."""

    main: Path | None = None
    package: dict[str, Any] = field(default_factory=dict, hash=False)
    asks: Grant = NOTHING


def read_code(folder: Path, problems: list[Problem]) -> Code:
    """Find the code. `folder` is a real path, without links."""
    file = read_json(folder, PACKAGE, problems)
    if file is None:
        return Code(_first(folder, MAINS, problems))
    problems += _section_problems(file)
    asks = read_permissions(file, problems)
    return Code(_main(folder, file, problems), file.value, asks)


def _section_problems(file: JSONFile) -> list[Problem]:
    if isinstance(file.value.get("understudy", {}), dict):
        return []
    return [file.problem("bad-field", ("understudy",), '"understudy" must be an object')]


def _main(folder: Path, file: JSONFile, problems: list[Problem]) -> Path | None:
    named = file.value.get("main")
    if named is None or named == "":
        return _first(folder, MAINS, problems)
    if not isinstance(named, str) or "\0" in named:
        problems.append(file.problem("bad-field", ("main",), '"main" must be the path of a file'))
        return None
    found: list[Problem] = []
    main = _first(folder, tuple(named.rstrip("/") + end for end in _COMPLETIONS), found)
    if main is None:
        problems.append(found[0] if found else _missing(folder, file, named))
    return main


def _first(folder: Path, names: tuple[str, ...], problems: list[Problem]) -> Path | None:
    for name in names:
        try:
            path = resolve(folder, name)
            if path.is_file():
                return path.relative_to(folder)
            if path.exists():
                raise Unreadable("this is not a file")
        except Unreadable as error:
            problems.append(Problem("unreadable-file", str(error), name, hint=error.hint))
        except OSError:  # a name that no file can have
            continue
    return None


def _missing(folder: Path, file: JSONFile, named: str) -> Problem:
    there = [name for name in MAINS if (folder / name).is_file()]
    hint = f'Write "main": "{there[0]}".' if there else 'Write the file, or leave "main" out.'
    return file.problem("main-missing", ("main",), f"there is no file `{named}`", hint=hint)
