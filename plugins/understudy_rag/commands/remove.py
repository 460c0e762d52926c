"""`understudy index remove`: take files out of a vector store, or remove it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from understudy import Host, Invalid, NotFound
from understudy_rag.commands.stores import find, json_option, with_host

_EPILOG = """\b
Examples:
  understudy index remove notes old.md
  understudy index remove notes
  understudy index remove notes --originals
"""


@click.command("remove", epilog=_EPILOG)
@click.argument("store")
@click.argument("files", nargs=-1)
@click.option("--originals", is_flag=True, help="Delete the stored files themselves, too.")
@json_option
def command(store: str, files: tuple[str, ...], originals: bool, as_json: bool) -> None:
    """Take FILES (names or ids) out of STORE, or remove STORE.

    The files that you added are never touched; the data root keeps its copies of them unless
    --originals is given.
    """
    removed = with_host(lambda host: _remove(host, store, files, originals))
    if as_json:
        click.echo(json.dumps({"removed": removed}))
    else:
        click.echo(f"Removed {', '.join(files) or store}.")


async def _remove(host: Host, named: str, files: Sequence[str], originals: bool) -> list[str]:
    store = await find(host, named)
    members = [(each.id, each.filename) for each in await host.vector_stores.members(store.id)]
    ids = [_chosen(each, members, named) for each in files]
    if files:
        for id_ in ids:
            await host.vector_store_files.remove(store.id, id_)
    else:
        await host.vector_stores.delete(store.id)
    if originals:
        for id_ in ids if files else [id_ for id_, _ in members]:
            await _delete(host, id_)
    return ids or [store.id]


def _chosen(named: str, members: Sequence[tuple[str, str]], store: str) -> str:
    """The id of the file of that id or name. Raises `NotFound`, `Invalid`."""
    found = [id_ for id_, filename in members if named in (id_, filename)]
    if not found:
        hint = f"`understudy index list {store}` shows its files."
        raise NotFound(f'There is no file "{named}" in {store}', hint=hint)
    if len(found) > 1:
        message = f'{len(found)} files in {store} are called "{named}": {", ".join(found)}'
        raise Invalid(message, hint="Give an id.")
    return found[0]


async def _delete(host: Host, file_id: str) -> None:
    try:
        await host.delete_file(file_id)
    except NotFound:  # it was deleted before
        return
