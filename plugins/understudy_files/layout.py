"""Which file a path of the store means, as a name relative to the root.

The layout is Jan's (docs/specs/data-structures.md of janhq/jan): `threads/<id>/thread.json`,
`threads/<id>/messages.jsonl`.
"""

from __future__ import annotations

from understudy.errors import Invalid
from understudy.store import NAME, Path

INTERNAL = ".understudy"
"""The folder of indexes and locks. It can be deleted whenever no process uses the store."""

_LONGEST = 2000


def check_names(path: Path) -> None:
    """Refuse a path with a name that is not `NAME`, or with none."""
    for name in path:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise Invalid(
                f"{str(name)[:200]!r} is not a name.",
                hint="A name has up to 128 letters, digits and `_ - .`, and no leading dot.",
            )
    if not path:
        raise Invalid("A path needs at least one name.")
    if sum(map(len, path)) > _LONGEST:
        raise Invalid(f"A path of more than {_LONGEST} characters is too long for a file system.")


def folder_name(path: Path) -> str:
    """The folder of a document, or of a collection."""
    check_names(path)
    return "/".join(path)


def document_names(path: Path) -> tuple[str, ...]:
    """The files that may hold a document, the one to write first.

    Jan's first draft kept an assistant in `assistants/<id>/<id>.json`
    (docs/docs/docs/specs/assistants.md@b701e8a).
    """
    folder = _folder_of(path, even=True)
    collection, name = path[-2:]
    written = f"{folder}/{collection.removesuffix('s') or collection}.json"
    return (written, f"{folder}/{name}.json") if collection == "assistants" else (written,)


def collection_name(path: Path) -> str:
    """The folder that holds a collection's documents."""
    return _folder_of(path, even=False)


def log_name(path: Path) -> str:
    """The file of a log."""
    return f"{_folder_of(path, even=False)}.jsonl"


def blob_name(path: Path) -> str:
    """The file of a blob. Names that documents and logs have are refused."""
    name = _folder_of(path, even=False)
    if name.endswith(".jsonl") or (len(path) > 2 and name in document_names(path[:-1])):
        raise Invalid(f"`{name}` is the file of a document or log, not of a blob.")
    return name


def _folder_of(path: Path, *, even: bool) -> str:
    name = folder_name(path)
    if (len(path) % 2 == 0) is not even:
        kind = "document" if even else "collection, log or blob"
        raise Invalid(f"`{name}` is not the path of a {kind}.")
    return name
