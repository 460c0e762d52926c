"""`understudy index rebuild`: make indexes anew from the originals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from understudy import Host
from understudy_rag.commands.stores import all_stores, find, json_option, with_host
from understudy_rag.commands.waiting import Failure, failures, report, settle

_EPILOG = """\b
Examples:
  understudy index rebuild notes
  understudy index rebuild
"""


@click.command("rebuild", epilog=_EPILOG)
@click.argument("stores", nargs=-1, metavar="[STORE]...")
@json_option
def command(stores: tuple[str, ...], as_json: bool) -> int:
    """Make the index of each STORE anew from the originals that are kept; without STORE, of all.

    Files that could not be read before are tried again.
    """
    done = with_host(lambda host: _rebuild(host, stores))
    failed = [failure for each in done for failure in each["failed"]]
    report(failed)
    if as_json:
        shown = [each | {"failed": [one.as_json() for one in each["failed"]]} for each in done]
        click.echo(json.dumps(shown, indent=2))
    else:
        for each in done:
            click.echo(f"{each['name'] or each['id']}: {each['files']} files can be searched")
    return 1 if failed else 0


async def _rebuild(host: Host, named: Sequence[str]) -> list[dict[str, Any]]:
    if named:
        stores = [await find(host, each) for each in named]
    else:
        stores = [store async for store in all_stores(host)]
    done = []
    for store in stores:
        await host.vector_stores.rebuild(store.id)
        await settle(host, store.id)
        failed: list[Failure] = await failures(host, store.id)
        files = (await host.vector_stores.get(store.id)).file_counts.completed
        done.append({"id": store.id, "name": store.name, "files": files, "failed": failed})
    return done
