"""The files that go with a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def file_option(command: F) -> F:
    """The option `--file`; the command gets `files`, a tuple of paths."""
    option = click.option(
        "--file",
        "files",
        multiple=True,
        metavar="PATH",
        type=click.Path(exists=True, path_type=Path),
        callback=_expanded,
        help="Attach a file, or all files of a folder. May be given more than once.",
    )
    return option(command)


def _expanded(
    _context: click.Context, _option: click.Parameter, paths: Sequence[Path]
) -> tuple[Path, ...]:
    return tuple(file for path in paths for file in _files(path))


def _files(path: Path) -> list[Path]:
    """A file as it is, a folder as the files in it that are not hidden."""
    if not path.is_dir():
        return [path]
    inside = sorted(item for item in path.rglob("*") if item.is_file())
    files = [item for item in inside if not _is_hidden(item.relative_to(path))]
    if not files:
        raise click.BadParameter(f"There are no files in the folder {path}.")
    return files


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
