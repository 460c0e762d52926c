"""`understudy index add`: put files into a vector store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from understudy import Host, Invalid, StoreError
from understudy.folder import contents
from understudy.objects import NewFile, VectorStore
from understudy_rag.commands.stores import find_or_make, json_option, with_host
from understudy_rag.commands.waiting import Failure, bar, failures, report, settle

_BATCH: Final = 32
"""Files that are stored at the same time: writes that are made durable together cost one."""
_EPILOG = """\b
Examples:
  understudy index add notes ~/notes
  understudy index add contracts lease.pdf insurance.docx --json

\b
A folder stands for all files below it that are not hidden. A file that was added before and has
not changed costs nothing; one that has changed takes the place of what it was.
Originals are kept in the data root, so that the index can be made anew at any time.
"""


@dataclass(slots=True)
class _Tally:
    """What became of the files."""

    stored: set[str] = field(default_factory=set)
    added: list[str] = field(default_factory=list)
    replaced: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many were added that can be searched."""
        return len(set(self.added) - {each.id for each in self.failed})


@click.command("add", epilog=_EPILOG)
@click.argument("store")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@json_option
def command(store: str, paths: tuple[Path, ...], as_json: bool) -> int:
    """Put files and folders (PATHS) into the vector store STORE; it is made if it is not there."""
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    if not files:
        raise Invalid(f"There are no files in {', '.join(map(str, paths))}.")
    found, tally = with_host(lambda host: _add(host, store, files))
    report(tally.failed)
    click.echo(_as_json(found, tally) if as_json else _as_text(found, tally))
    return 1 if tally.failed else 0


def _files(path: Path) -> Iterable[Path]:
    return contents(path) if path.is_dir() else [path]


async def _add(host: Host, named: str, files: Sequence[Path]) -> tuple[VectorStore, _Tally]:
    store, tally = await find_or_make(host, named), _Tally()
    with bar(len(files), "Storing") as shown:
        for start in range(0, len(files), _BATCH):
            batch = files[start : start + _BATCH]
            await _add_batch(host, store.id, batch, tally)
            shown.update(len(batch))
    await settle(host, store.id)
    failed = [each for each in await failures(host, store.id) if each.id in tally.stored]
    tally.failed += failed
    tally.unchanged -= len([each for each in failed if each.id not in tally.added])
    return store, tally


async def _add_batch(host: Host, store_id: str, paths: Sequence[Path], tally: _Tally) -> None:
    """Add what can be stored; raises what was neither the file's fault nor the user's."""
    outcomes = await asyncio.gather(*map(host.upload, paths), return_exceptions=True)
    stored: dict[str, Path] = {}
    errors: list[BaseException] = []
    for path, outcome in zip(paths, outcomes, strict=True):
        if isinstance(outcome, Invalid):  # gone since it was listed, or not ours to read
            tally.failed.append(Failure(str(path), str(outcome)))
        elif isinstance(outcome, BaseException):
            errors.append(outcome)
        else:
            stored[outcome.id] = path
    await _put(host, store_id, stored, tally)
    for error in errors:
        if isinstance(error, StoreError):
            error.hint = " ".join([error.hint or "", "Then run the command again: it goes on."])
        raise error


async def _put(host: Host, store_id: str, stored: Mapping[str, Path], tally: _Tally) -> None:
    members = await host.vector_stores.members(store_id)
    there = {member.id for member in members if not _is_to_be_repeated(member.last_error)}
    missing = [NewFile(file_id=id_) for id_ in stored if id_ not in there]
    if missing:
        await host.vector_store_files.add_all(store_id, missing)
    tally.stored |= stored.keys()
    tally.added += [each.file_id for each in missing]
    tally.unchanged += len(stored) - len(missing)
    known = {member.id for member in members} - stored.keys()
    for path in stored.values():
        for former in known.intersection(await host.uploads.earlier(path)):
            await host.vector_store_files.remove(store_id, former)
            known.discard(former)
            tally.replaced += 1


def _is_to_be_repeated(error: dict[str, str] | None) -> bool:
    """Whether it was not the file's fault: a full disk, say."""
    return error is not None and error.get("code") == "server_error"


def _as_json(store: VectorStore, tally: _Tally) -> str:
    shown = {
        "vector_store": store.id,
        "name": store.name,
        "added": tally.done,
        "replaced": tally.replaced,
        "unchanged": tally.unchanged,
        "failed": [each.as_json() for each in tally.failed],
    }
    return json.dumps(shown, indent=2)


def _as_text(store: VectorStore, tally: _Tally) -> str:
    parts = [f"{tally.done} added", f"{tally.unchanged} unchanged"]
    parts += [f"{tally.replaced} replaced"] if tally.replaced else []
    parts += [f"{len(tally.failed)} not searchable"] if tally.failed else []
    return f"{store.name or store.id} ({store.id}): {', '.join(parts)}"
