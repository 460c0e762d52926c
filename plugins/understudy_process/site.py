"""Where process.js lies, and what its engine must read to run it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from understudy.errors import NotAllowed, NotFound
from understudy.runtimes import Source

NAMES: Final = ("process.js", "process.mjs", "process.cjs", "process.ts")
_DATA: Final = ("data", "files", "memory")
_PRIVATE: Final = ("threads", "models", "model.json")
"""Conversations, and settings that may hold keys: no code reads them."""
_CODE: Final = (".js", ".mjs", ".cjs", ".ts", ".wasm")


@dataclass(frozen=True, slots=True)
class Site:
    """The file, the assistant's folder, and the paths that are code: all of them without links."""

    assistant_id: str
    folder: Path
    file: Path
    code: tuple[Path, ...]

    @classmethod
    def of(cls, source: Source) -> Self:
        """Find the file beside the one where the code starts. Raises `NotFound`, `NotAllowed`."""
        folder = source.folder.resolve()
        place = (folder / source.main).parent
        file = next((path for name in NAMES if (path := place / name).is_file()), None)
        if file is None:
            shown = (place / NAMES[0]).relative_to(folder)
            raise NotFound(
                f"assistant `{source.assistant_id}`: there is no file {shown}",
                hint=f"Write {shown}; what it exports can be called by `run.process.call(…)`.",
            )
        site = cls(source.assistant_id, folder, file, tuple(_code(folder, place)))
        site.require_no_way_out(site.code)
        return site

    @property
    def name(self) -> str:
        """The file as its author knows it."""
        return self.file.relative_to(self.folder).as_posix()

    @property
    def writable(self) -> tuple[Path, ...]:
        """What code may change: documents, and nothing that makes the assistant what it is."""
        return tuple(self.folder / name for name in _DATA)

    @property
    def private(self) -> tuple[Path, ...]:
        """What code may not even read."""
        return tuple(self.folder / name for name in _PRIVATE)

    def readable(self) -> tuple[Path, ...]:
        """All that lies in the folder and is not private."""
        return tuple(sorted(set(self.folder.iterdir()) - set(self.private)))

    def require_no_way_out(self, paths: tuple[Path, ...]) -> None:
        """Raise `NotAllowed` for a link that leads out of the folder: engines would follow it."""
        for path in paths:
            for entry in _entries(path):
                if entry.is_symlink() and not entry.resolve().is_relative_to(self.folder):
                    shown = entry.relative_to(self.folder)
                    raise NotAllowed(
                        f"assistant `{self.assistant_id}`: {shown} is a link that leads out of "
                        f"the assistant's folder, so {self.name} may not run",
                        hint="Copy the file instead of linking it.",
                    )


def _code(folder: Path, place: Path) -> Iterator[Path]:
    """The folder of the code; of the assistant's own folder only what looks like code."""
    if place != folder:
        yield place
    else:
        yield from (path for path in place.iterdir() if path.suffix in _CODE)
    yield from (
        path for name in ("package.json", "node_modules") if (path := folder / name).exists()
    )


def _entries(path: Path) -> Iterator[Path]:
    yield path
    for place, folders, files in os.walk(path):
        yield from (Path(place, name) for name in (*folders, *files))
