"""Opening the data root, and finding vector stores by name or id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from understudy import Host, Invalid, NotFound, default_root
from understudy.objects import VectorStore

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
_ID: Final = "vs_"
_HINT: Final = "`understudy index list` shows what there is."


def json_option(command: F) -> F:
    """The option `--json`; the command gets `as_json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    return option(command)


def with_host(work: Callable[[Host], Awaitable[T]]) -> T:
    """Do work on the data root that `understudy --root` names, or the default one."""
    named = click.get_current_context().find_root().params.get("root")
    root = Path(named).expanduser() if named else default_root()

    async def main() -> T:
        async with Host(root) as host:
            return await work(host)

    return asyncio.run(main())


async def all_stores(host: Host) -> AsyncIterator[VectorStore]:
    """The vector stores, the newest first."""
    after: str | None = None
    while True:
        page = await host.vector_stores.page(limit=100, after=after)
        for store in page.items:
            yield store
        if not page.has_more:
            return
        after = page.items[-1].id


async def find(host: Host, named: str) -> VectorStore:
    """The vector store of that name or id. Raises `NotFound`, `Invalid` if it is not clear."""
    if named.startswith(_ID):
        try:
            return await host.vector_stores.get(named)
        except NotFound as error:
            error.hint = _HINT
            raise
    stores = [store async for store in all_stores(host)]
    matches = [store for store in stores if store.name == named]
    if len(matches) > 1:
        ids = ", ".join(store.id for store in matches)
        raise Invalid(
            f'{len(matches)} vector stores are called "{named}": {ids}', hint="Give an id."
        )
    if not matches:
        raise _unknown(named, [store.name for store in stores if store.name])
    return matches[0]


async def find_or_make(host: Host, named: str) -> VectorStore:
    """As `find`; a name that is free becomes that of a new vector store."""
    # Two processes that add to a new name at once must not make two stores.
    async with host.store.lock(("vector_stores", "names")):
        try:
            return await find(host, named)
        except NotFound:
            if named.startswith(_ID):
                raise
            return await host.vector_stores.create(name=named)


def _unknown(named: str, known: list[str]) -> NotFound:
    close = get_close_matches(named, known, n=1)
    hint = f'Did you mean "{close[0]}"?' if close else _HINT
    return NotFound(f'There is no vector store called "{named}"', hint=hint)
