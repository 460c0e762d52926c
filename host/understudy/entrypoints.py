"""Finds entry points by reading `entry_points.txt` files, and nothing else.

Importing `importlib.metadata` costs a start of the command line more than all the rest together,
so this module imports only `os` and `sys`. The format is that of the Python packaging
specification, "Entry points".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_FOLDERS = (".dist-info", ".egg-info")
_FILE = "entry_points.txt"


class EntryPoint(NamedTuple):
    """One line of metadata: in `group`, `name` stands for the object at `target`.

    `target` is `module` or `module:attribute`. `distribution` is the normalized name of what was
    installed; `version` is empty where the folder's name does not tell it. `folder` holds the
    metadata.
    """

    group: str
    name: str
    target: str
    distribution: str
    version: str
    folder: str

    @property
    def module(self) -> str:
        """The module that is imported when the entry point is loaded."""
        return self.target.partition(":")[0]

    def load(self) -> object:
        """Import the module and return the object. Raises whatever the module raises."""
        from importlib import import_module

        value: object = import_module(self.module)
        for name in filter(None, self.target.partition(":")[2].split(".")):
            value = getattr(value, name)
        return value


def scan(
    groups: Iterable[str], path: Sequence[str] | None = None
) -> tuple[tuple[EntryPoint, ...], tuple[str, ...]]:
    """Read the entry points of some groups along `path` (default: `sys.path`).

    Returns them in the order of groups and names, and what could not be understood, in words. Of
    a distribution that is installed twice, only the first counts, as for imports. What is not a
    folder is passed over.
    """
    wanted = frozenset(groups)
    points: list[EntryPoint] = []
    damages: list[str] = []
    for distribution, version, folder in _distributions(sys.path if path is None else path):
        for group, name, target in _read(f"{folder}/{_FILE}", wanted, damages):
            points.append(EntryPoint(group, name, target, distribution, version, folder))
    return tuple(sorted(points)), tuple(damages)


def _distributions(path: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    seen: set[str] = set()
    for location in path:
        here = location or "."
        for entry in _metadata_folders(here):
            stem = entry.rpartition(".")[0]
            name, _, rest = stem.partition("-")
            distribution = normalize(name)
            if distribution in seen:
                continue
            seen.add(distribution)
            yield distribution, rest.partition("-")[0], f"{here}/{entry}"


def _metadata_folders(location: str) -> list[str]:
    try:
        with os.scandir(location) as entries:
            # A leading ~ is what an interrupted pip leaves behind.
            return sorted(e.name for e in entries if e.name.endswith(_FOLDERS) and e.name[0] != "~")
    except OSError:
        return []


def normalize(distribution: str) -> str:
    """A distribution's name as package indexes compare it: `Acme_RAG` is `acme-rag`."""
    name = distribution.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


_Item = tuple[str, str, str]


def _read(file: str, wanted: frozenset[str], damages: list[str]) -> Iterable[_Item]:
    try:
        with open(file, "rb", 0) as stream:  # noqa: PTH123 - pathlib is not imported here
            data = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        damages.append(f"{file}: cannot be read: {error.strerror}")
        return ()
    # Most files have nothing for us; this spares parsing them.
    if not any(group.encode() in data for group in wanted):
        return ()
    return _parse(file, data.decode("utf-8", "replace").lstrip("\ufeff"), wanted, damages)


def _parse(file: str, text: str, wanted: frozenset[str], damages: list[str]) -> Iterable[_Item]:
    group = ""
    found: dict[tuple[str, str], _Item] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line[:1] == "[" and line[-1:] == "]":
            group = line[1:-1].strip()
        elif line and line[0] not in "#;" and group in wanted:
            item = _item(group, line)
            if item is None:
                why = f'expected "name = module:object", found "{line}"'
                damages.append(f"{file}, line {number}: {why}")
            elif found.setdefault(item[:2], item) is not item:
                why = f"`{item[1]}` stands here twice; the first counts"
                damages.append(f"{file}, line {number}: {why}")
    return found.values()


def _item(group: str, line: str) -> _Item | None:
    name, equals, value = line.partition("=")
    module, colon, attribute = value.partition("[")[0].partition(":")  # [: extras, now obsolete
    target = module.strip() + colon + attribute.strip()
    parts = target.replace(":", ".", 1).split(".")
    if not equals or not name.strip() or not all(part.isidentifier() for part in parts):
        return None
    return group, name.strip(), target
