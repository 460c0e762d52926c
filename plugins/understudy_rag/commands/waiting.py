"""Waiting until files can be searched, with a bar for those who watch."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from understudy import Host

_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be made searchable, and why."""

    file: str
    reason: str
    id: str | None = None
    code: str = "invalid_file"

    def as_json(self) -> dict[str, Any]:
        """What programs read."""
        return {"file": self.file, "id": self.id, "code": self.code, "reason": self.reason}


def bar(total: int, label: str) -> Any:
    """A progress bar on stderr; nothing where stderr is no terminal."""
    hidden = not sys.stderr.isatty()
    return click.progressbar(length=total, label=label, file=sys.stderr, hidden=hidden)


async def settle(host: Host, store_id: str, label: str = "Reading") -> None:
    """Wait until nothing in a store is in progress."""
    members = await host.vector_stores.members(store_id)
    total = len(members.unfinished())
    if not total:
        return
    done = 0
    with bar(total, label) as shown:
        while not await host.vector_stores.settled([store_id], _SECONDS):
            now = max(done, total - len(members.unfinished()))
            shown.update(now - done)
            done = now
        shown.update(total - done)


async def failures(host: Host, store_id: str) -> list[Failure]:
    """The files of a store that could not be made searchable."""
    members = await host.vector_stores.members(store_id)
    return [
        Failure(each.filename, each.last_error["message"], each.id, each.last_error["code"])
        for each in members
        if each.status == "failed" and each.last_error
    ]


def report(failed: list[Failure]) -> None:
    """Say on stderr which files cannot be searched."""
    for each in failed:
        click.echo(f"Not searchable: {each.file}. {each.reason}", err=True)
