"""`understudy npm`: the npm packages of assistants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from understudy import Host, default_root
from understudy_npm.engine import Engine, find_engine
from understudy_npm.installation import install
from understudy_npm.linking import Linked, commit, link
from understudy_npm.project import Project
from understudy_npm.toolchain import linker

_EPILOG = """\b
Examples:
  understudy npm install poet     what package.json of `poet` names
  understudy npm install          for all assistants of your own
  understudy npm bundle poet      and put the result into the folder

\b
Packages are installed by npm, or by Deno if there is no Node.js, and linked into one file. Scripts
that packages bring are never run. Running an assistant needs none of these tools.
Exit codes: 0 done, 1 it could not be done, 2 misused.
"""
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
_NAMES = click.argument("assistants", nargs=-1, metavar="[ASSISTANT]...")


@click.group(epilog=_EPILOG)
def command() -> None:
    """Install npm packages for assistants."""


@command.command("install", epilog=_EPILOG)
@_NAMES
@_JSON
def install_command(assistants: tuple[str, ...], as_json: bool) -> None:
    """Install and link the npm packages of ASSISTANTS, or of all of your own."""
    _each(assistants, as_json, lambda _project, linked: linked.path)


@command.command("bundle", epilog=_EPILOG)
@_NAMES
@_JSON
def bundle_command(assistants: tuple[str, ...], as_json: bool) -> None:
    """Also put the linked packages into the folder, for machines that have no npm.

    They lie in `packages.bundle.js`, which can be committed: other machines then install nothing.
    """
    _each(assistants, as_json, commit)


def _each(names: tuple[str, ...], as_json: bool, place: Callable[[Project, Linked], Path]) -> None:
    projects = asyncio.run(_projects(_root(), names))
    if not projects:
        _say("No assistant of your own has npm packages: name them in its package.json.")
    engine = find_engine() if projects else None
    done = []
    for project in projects:
        assert engine is not None
        linked = _install(project, engine)
        path = place(project, linked)
        done.append(_result(project, linked, path))
        _say(f"{project.id}: {len(linked.names)} packages are ready.")
        for note in linked.notes:
            _say(f"  note: {note}")
    if as_json:
        click.echo(json.dumps(done, indent=2))


def _install(project: Project, engine: Engine) -> Linked:
    _say(f"{project.id}: installing with npm ({engine.name}) …")
    home = install(project, engine)
    script = linker(engine)
    _say(f"{project.id}: linking …")
    return link(project, home, engine, script)


def _result(project: Project, linked: Linked, path: Path) -> dict[str, Any]:
    return {
        "assistant": project.id,
        "bundle": str(path),
        "bytes": path.stat().st_size,
        "modules": linked.modules,
        "names": linked.names,
        "notes": linked.notes,
    }


def _say(line: str) -> None:
    click.echo(line, err=True)


def _root() -> Path:
    named = click.get_current_context().find_root().params.get("root")
    return Path(named).expanduser() if named else default_root()


async def _projects(root: Path, names: tuple[str, ...]) -> list[Project]:
    async with Host(root) as host:
        if names:
            return [await _project(host, name) for name in names]
        own = [await host.assistants.folder(name) for name in await _own(host)]
        return [Project.of(each, own=True) for each in own if each.package.get("dependencies")]


async def _project(host: Host, name: str) -> Project:
    folder = await host.assistants.folder(name)
    builtin = {each.id for each in host.assistants.builtin()}
    return Project.of(folder, own=folder.id not in builtin)


async def _own(host: Host) -> list[str]:
    names: list[str] = []
    has_more = True
    while has_more:
        page = await host.assistants.page(
            limit=100, order="asc", after=names[-1] if names else None
        )
        names += [folder.id for folder in page.items]
        has_more = page.has_more
    return names
