"""The files of an assistant's folder that its code imports. Nothing outside is ever read."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Mapping
from pathlib import Path

from understudy.errors import ScriptError

FILE_LIMIT = 4 * 2**20
_ENDINGS = ("", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".json", "/index.js", "/index.ts")
_COMPILED = {".js": ".ts", ".mjs": ".mts", ".cjs": ".cts"}


class Unresolved(Exception):
    """A name in an import that leads nowhere. The message says why, and what to do."""


class SourceFolder:
    """A folder, whose files have names relative to it, with `/` on every platform.

    `added` are texts that take the place of files, by their names.
    """

    def __init__(self, folder: Path, added: Mapping[str, str] | None = None) -> None:
        self._root = folder.resolve()
        self._added = added or {}

    def name(self, path: Path) -> str:
        """The name of a file. Raises `ScriptError` if it is not in the folder."""
        full = (self._root / path).resolve()
        if not full.is_relative_to(self._root):
            raise ScriptError(
                f"`{path.name}` is not in the assistant's folder", file=path.name, hint=_INSIDE
            )
        return full.relative_to(self._root).as_posix()

    def resolve(self, specifier: str, importer: str) -> str:
        """The name of the file that `specifier` means in the file `importer`.

        Raises `Unresolved`.
        """
        if not specifier.startswith(("./", "../", "/")) and specifier not in (".", ".."):
            raise Unresolved(_not_a_file(specifier))
        joined = posixpath.join("/", posixpath.dirname(importer), specifier)
        if _climbs_out(importer, specifier):
            raise Unresolved(f"`{specifier}` leads out of the assistant's folder. {_INSIDE}")
        wanted = posixpath.normpath(joined).lstrip("/")
        for name in _candidates(wanted):
            found = self._find(name, specifier)
            if found is not None:
                return found
        raise Unresolved(f"there is no file `{specifier}`, seen from `{importer}`")

    def _find(self, wanted: str, specifier: str) -> str | None:
        if wanted in self._added:
            return wanted
        path = self._root / wanted
        if "\0" in wanted or not path.is_file():
            return None
        full = path.resolve()
        if not full.is_relative_to(self._root):
            raise Unresolved(f"`{specifier}` is a link out of the assistant's folder. {_INSIDE}")
        return full.relative_to(self._root).as_posix()

    def read(self, name: str) -> str:
        """The text of a file. Raises `ScriptError` if it is not regular, too large or not UTF-8."""
        if name in self._added:
            return self._added[name]
        try:
            return _read(self._root / name).decode("utf-8-sig")
        except FileNotFoundError as error:
            raise ScriptError(f"there is no file `{name}`", file=name) from error
        except UnicodeDecodeError as error:
            place = f"byte {error.start + 1}"
            raise ScriptError(
                f"`{name}` is not UTF-8 text ({place})",
                kind="syntax",
                file=name,
                hint="Save it as UTF-8.",
            ) from error
        except OSError as error:
            raise ScriptError(f"`{name}` cannot be read: {error.strerror}", file=name) from error
        except _Unfit as error:
            raise ScriptError(f"`{name}` {error}", file=name) from error


_INSIDE = "Only files of the assistant's own folder can be imported; copy it there."


def _candidates(wanted: str) -> list[str]:
    # TypeScript is written with the names that its compiler's output would have: `./x.js`.
    stem, ending = posixpath.splitext(wanted)
    compiled = [stem + _COMPILED[ending]] if ending in _COMPILED else []
    return [*(wanted + ending for ending in _ENDINGS), *compiled]


class _Unfit(Exception):
    pass


def _read(path: Path) -> bytes:
    # Not blocking: a named pipe that poses as a module must not hold the host.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _Unfit("is not a regular file")
        content = file.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise _Unfit(f"is larger than {FILE_LIMIT // 2**20} MB")
    return content


def _climbs_out(importer: str, specifier: str) -> bool:
    if specifier.startswith("/"):
        return posixpath.normpath(specifier.lstrip("/")).startswith("..")
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier)).startswith(
        ".."
    )


def _not_a_file(specifier: str) -> str:
    if specifier.startswith(("http:", "https:", "data:", "file:")):
        return f"`{specifier}` is an address. {_INSIDE}"
    return f"`{specifier}` is neither a file nor a package. {_INSIDE}"
