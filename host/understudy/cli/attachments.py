"""The files that go with a question."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from understudy.cli.output import print_note

if TYPE_CHECKING:
    from understudy.folder import AssistantFolder
    from understudy.host import Host
    from understudy.objects import File

F = TypeVar("F", bound=Callable[..., Any])
_AT_ONCE: Final = 8
"""Writes that are made durable together cost as much as one."""
_FEW: Final = 20
_BLIND: Final = frozenset({"function", "code_interpreter"})
"""Tools that the client, or nobody, provides."""


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
    """A file as it is, a folder as what a person put into it."""
    if not path.is_dir():
        return [path]
    from understudy.folder import contents

    files = list(contents(path))
    if not files:
        raise click.BadParameter(f"There are no files in the folder {path}.")
    return files


async def stored(host: Host, assistant: str, paths: Sequence[Path]) -> list[File]:
    """Store the files; those that are stored already, and have not changed, cost little.

    Of many, a terminal shows how far it is. Raises `NotFound` if there is no such assistant.
    """
    if paths:
        folder = await host.assistants.folder(assistant)  # before anything is stored for it
        if not _reads_files(folder):
            print_note(
                f"`{assistant}` will not see the files: none of its tools reads them. "
                'Add {"type": "rag"} to the "tools" in its assistant.json.'
            )
    found: dict[Path, File] = {}
    once = list(dict.fromkeys(paths))
    todo = iter(once)
    hidden = len(once) <= _FEW or not sys.stderr.isatty()
    with click.progressbar(length=len(once), label="Files", file=sys.stderr, hidden=hidden) as bar:

        async def work() -> None:
            for path in todo:
                found[path] = await host.upload(path)
                bar.update(1)

        await _all([work() for _ in range(min(_AT_ONCE, len(once)))])
    return [found[path] for path in once]


def _reads_files(folder: AssistantFolder) -> bool:
    """Whether an assistant may read files: by a tool of the host's or a plugin's, or by code."""
    tools = folder.assistant.tools if folder.assistant else []
    return folder.main is not None or any(tool.type not in _BLIND for tool in tools)


async def _all(works: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Do them at the same time; the first failure ends them all, and is raised as it is."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
