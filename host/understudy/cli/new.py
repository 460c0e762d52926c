"""`understudy new`: a new assistant, ready to edit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, print_note
from understudy.errors import Conflict, Invalid, NotFound, StoreError
from understudy.host import Host
from understudy.store import NAME

TEMPLATES = Path(__file__).parents[1] / "templates"
_TEXT = (".json", ".js", ".md")
_NOT_COPIED = ("threads", "models", "node_modules", ".lock", "__pycache__")

_EPILOG = """\b
Examples:
  understudy new poet                        instructions and a model
  understudy new dice --template code        with src/index.js
  understudy new clerk --template documents  answers from files/
  understudy new tutor --from math-tutor     a copy to change
"""


@click.command(epilog=_EPILOG)
@click.argument("name")
@click.option(
    "--template",
    type=click.Choice(sorted(path.name for path in TEMPLATES.iterdir())),
    default="plain",
    show_default=True,
    help="What to begin with.",
)
@click.option("--from", "origin", help="Begin with a copy of this assistant instead.")
@json_option
@pass_options
def command(options: Options, name: str, template: str, origin: str | None, as_json: bool) -> None:
    """Make the assistant NAME: a folder below the data root, ready to edit."""
    if not NAME.fullmatch(name):
        raise Invalid(
            f"`{name}` cannot be the name of a folder here.",
            hint="Use letters, digits, - and _, such as my-poet.",
        )

    async def work(host: Host) -> Path:
        source = await _folder(host, origin) if origin else TEMPLATES / template
        return _make(host, name, source)

    folder = with_host(options, work)
    if as_json:
        print_json({"id": name, "folder": str(folder)})
        return
    click.echo(folder)
    print_note(f'Edit its files, then: understudy run {name} "Who are you?"')


async def _folder(host: Host, assistant_id: str) -> Path:
    path = (await host.assistants.folder(assistant_id)).path
    if path is None:
        raise NotFound(f"The assistant `{assistant_id}` has no folder to copy.")
    return path


def _make(host: Host, name: str, source: Path) -> Path:
    folder = host.store.folder(("assistants", name))
    if folder is None:
        raise Invalid("This store keeps no folders; create the assistant through the API.")
    if folder.exists():
        raise Conflict(
            f"There is an assistant `{name}` already: {folder}",
            hint="Choose another name, or edit that one.",
        )
    try:
        _copy(source, folder, name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            f"The folder {folder} cannot be made: {error.strerror}.",
            hint="Choose another data root with --root DIR.",
        ) from None
    return folder


def _copy(source: Path, folder: Path, name: str) -> None:
    """Copy next to the place, then rename: a half-made assistant is never seen."""
    unfinished = folder.with_name(f".{name}.new")
    shutil.copytree(
        source, unfinished, ignore=shutil.ignore_patterns(*_NOT_COPIED), dirs_exist_ok=True
    )
    if source.is_relative_to(TEMPLATES):
        for path in unfinished.rglob("*"):
            if path.suffix in _TEXT:
                text = path.read_text(encoding="utf-8")
                path.write_text(text.replace("NAME", name), encoding="utf-8")
    os.rename(unfinished, folder)  # noqa: PTH104 - fails if the folder has appeared meanwhile
