"""Linking: the packages that the code imports become one file, beside the installed packages."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from understudy import Invalid, PluginError
from understudy.bundles import COMMITTED, NoBundle, bundle_text, read_bundle
from understudy_npm.engine import Engine
from understudy_npm.project import Project

_AUTHOR: Final = "your code"
_MEANINGS: Final = {
    "builtin": "`{path}` is part of Node.js and throws when it is used",
    "native": "`{path}` is a native add-on and cannot run",
    "unresolved": "`{path}` is not installed",
}

_AWAITS: Final = "packages cannot wait at their top level (`await`) in index.js"
_IN_PROCESS: Final = (
    "Take a version of it that does not, or import it in src/process.js, where deno finds what "
    "`npm install` has put into the assistant's own node_modules."
)


class _Note(BaseModel):
    problem: str
    path: str
    importer: str


class _Mistake(BaseModel):
    text: str
    file: str | None = None
    line: int | None = None


class _Answer(BaseModel):
    wanted: list[str] = []
    notes: list[_Note] = []
    importers: dict[str, str] = {}
    modules: int = 0
    errors: list[_Mistake] = []


@dataclass(frozen=True, slots=True)
class Linked:
    """A bundle that was made. `notes` say what of the packages cannot work."""

    path: Path
    names: tuple[str, ...]
    modules: int
    notes: tuple[str, ...]


def link(project: Project, home: Path, engine: Engine, script: Path) -> Linked:
    """Link for a project whose packages lie in `home`. Raises `Invalid`."""
    bundle = home / COMMITTED
    # Of its process alone: two may link for one lock at once.
    code = home / f".linked-{os.getpid()}.js"
    order = {
        "code": None if project.main is None else os.fspath(project.path / project.main),
        "home": os.fspath(project.path),
        "packages": os.fspath(home),
        "wanted": _names(bundle),
        "out": os.fspath(code),
    }
    try:
        answer = _ask(engine, script, order)
        _refuse(project, answer)
        draft = code.with_suffix(".new")
        text = bundle_text(code.read_text("utf-8"), answer.wanted, project.digest)
        draft.write_text(text, "utf-8", newline="")
        draft.replace(bundle)
    finally:
        code.unlink(missing_ok=True)
    notes = tuple(sorted({_shown(note) for note in answer.notes}))
    return Linked(bundle, tuple(answer.wanted), answer.modules, notes)


def commit(project: Project, linked: Linked) -> Path:
    """Put a copy of the bundle into the assistant's folder."""
    target = project.path / COMMITTED
    draft = project.path / f".{COMMITTED}.{os.getpid()}"
    shutil.copyfile(linked.path, draft)
    draft.replace(target)
    return target


def _names(bundle: Path) -> list[str]:
    # Another assistant with the same lock may need what this one does not.
    try:
        return sorted(read_bundle(bundle).names)
    except (FileNotFoundError, NoBundle):
        return []


def _ask(engine: Engine, script: Path, order: dict[str, Any]) -> _Answer:
    done = engine.run_script(script, json.dumps(order))
    try:
        return _Answer.model_validate_json(done.stdout)
    except ValidationError as error:
        said = " ".join(done.stderr.split())[-500:]
        raise PluginError(f"the linker failed: {said}", plugin="npm") from error


def _refuse(project: Project, answer: _Answer) -> None:
    if answer.errors:
        first = answer.errors[0]
        place = f"{first.file}:{first.line}: " if first.file else ""
        if first.text.startswith("Top-level await"):  # esbuild's words
            raise Invalid(f"{project.id}: {place}{_AWAITS}", hint=_IN_PROCESS)
        raise Invalid(f"{project.id}: {place}{first.text}")
    for note in answer.notes:
        if note.problem == "unresolved" and note.importer == _AUTHOR:
            raise Invalid(
                f"{project.id}: {_importer(answer, note.path)} imports `{note.path}`, which is "
                "not installed",
                hint=f'Add it to "dependencies" in package.json, then '
                f"`understudy npm install {project.id}`.",
            )


def _importer(answer: _Answer, path: str) -> str:
    found = (answer.importers.get(f"{how} {path}") for how in ("import", "require"))
    return next((name for name in found if name), "the code")


def _shown(note: _Note) -> str:
    return f"{note.importer}: {_MEANINGS[note.problem].format(path=note.path)}"
