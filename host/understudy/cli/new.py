"""`understudy new`: a new assistant, ready to edit."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, print_note
from understudy.errors import Conflict, Invalid, StoreError
from understudy.folder import AssistantFolder, jsonc
from understudy.host import Host
from understudy.store import NAME

TEMPLATES = Path(__file__).parents[1] / "templates"
_FIRST_QUESTIONS = {"code": "Roll 2d6.", "documents": "Where do I put my documents?"}
_DERIVED = ("node_modules", "__pycache__")
_NOT_OURS = ("threads", "models", ".lock", ".git")

_EPILOG = """\b
Examples:
  understudy new poet                        instructions and a model
  understudy new dice --template code        with src/index.js
  understudy new clerk --template documents  answers from files/
  understudy new tutor --from math-tutor     a copy to change

\b
The folder's path goes to stdout: cd "$(understudy new poet)"
Exit codes: 0 made, 1 the name is taken or the folder cannot be made, 2 misused.
"""


def _usable(_context: click.Context, _argument: click.Parameter, name: str) -> str:
    if not NAME.fullmatch(name):
        hint = "Use letters, digits, - and _, such as my-poet."
        raise click.BadParameter(f"`{name}` cannot be the name of a folder here. {hint}")
    return name


@click.command(epilog=_EPILOG)
@click.argument("name", callback=_usable)
@click.option(
    "--template",
    type=click.Choice(sorted(path.name for path in TEMPLATES.iterdir())),
    help="What to begin with; plain, if it is not said.",
)
@click.option("--from", "origin", metavar="ASSISTANT", help="Begin with a copy of this assistant.")
@json_option
@pass_options
def command(
    options: Options, name: str, template: str | None, origin: str | None, as_json: bool
) -> None:
    """Make the assistant NAME: a folder below the data root, ready to edit."""
    if origin and template:
        raise click.UsageError("--template and --from exclude each other.")
    folder = with_host(options, lambda host: _made(host, name, template or "plain", origin))
    if as_json:
        print_json({"id": name, "folder": str(folder)})
        return
    click.echo(folder)
    question = _FIRST_QUESTIONS.get(template or "", "Who are you?")
    print_note(f'Edit its files, then try: understudy run {name} "{question}"')


async def _made(host: Host, name: str, template: str, origin: str | None) -> Path:
    folder = host.store.folder(("assistants", name))
    if folder is None:
        raise Invalid("This store keeps no folders.", hint="Create the assistant through the API.")
    _refuse_taken(host, folder, origin)
    source = await host.assistants.folder(origin) if origin else None
    is_ours = source is None or (await host.permissions.standing(source)).is_ours
    with _placed(folder) as made:
        if source is None:
            _fill_from_template(made, TEMPLATES / template)
        else:
            _fill_from_assistant(made, source)
    if is_ours:  # a copy of a stranger's code is a stranger's
        await host.permissions.adopt(name, folder)
    return folder


def _refuse_taken(host: Host, folder: Path, origin: str | None) -> None:
    name = folder.name
    if os.path.lexists(folder):
        raise Conflict(
            f"There is an assistant `{name}` already: {folder}",
            hint="Choose another name, or edit that one.",
        )
    if name != origin and name in (builtin.id for builtin in host.assistants.builtin()):
        raise Conflict(
            f"There is a built-in assistant `{name}`.",
            hint=f"Choose another name. `--from {name}` makes a copy that takes its place.",
        )


@contextmanager
def _placed(folder: Path) -> Iterator[Path]:
    """An empty folder to fill. It becomes `folder` at the end: nobody sees it half made."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".new-") as around:
            made = Path(around) / folder.name
            made.mkdir()
            yield made
            _rename(made, folder)
    except OSError as error:
        raise StoreError(
            f"The folder {folder} cannot be made: {error.strerror}.",
            hint="Choose another data root with --root DIR.",
        ) from None


def _rename(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        if os.path.lexists(folder):
            raise Conflict(f"Somebody has just made an assistant `{folder.name}`.") from None
        raise


def _fill_from_template(made: Path, template: Path) -> None:
    _copy(template, made)
    for path in (path for path in made.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8").replace("NAME", made.name)
        path.write_text(text, encoding="utf-8")


def _fill_from_assistant(made: Path, source: AssistantFolder) -> None:
    if source.path is None:
        raise Invalid(f"The assistant `{source.id}` has no folder to copy.")
    _copy(source.path, made)
    text, file = source.file.text, made / source.file.name
    if text is not None and file.is_file():
        own = {"id": made.name, "created_at": int(time.time())}
        given = source.file.value
        file.write_text(
            jsonc.update(text, given | {key: own[key] for key in own if key in given}),
            encoding="utf-8",
        )


def _copy(source: Path, target: Path) -> None:
    """Copy the files, and no modes: the source may be read-only. Conversations stay behind."""
    for path in source.rglob("*"):
        inside = path.relative_to(source)
        if path.is_file() and inside.parts[0] not in _NOT_OURS and not _is_derived(inside):
            copy = target / inside
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _is_derived(path: Path) -> bool:
    return any(part in _DERIVED for part in path.parts)
