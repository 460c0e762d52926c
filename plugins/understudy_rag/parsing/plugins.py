"""The parsers that plugins bring: entry points of the group `understudy.parsers`."""

from __future__ import annotations

from functools import lru_cache
from mimetypes import guess_type
from pathlib import PurePath

from understudy.errors import UnderstudyError
from understudy.parsers import find
from understudy_rag.parsing.documents import Unreadable


def parser_of(filename: str) -> str | None:
    """`module:function` of the plugin that reads a file, if there is one. Raises `Unreadable`."""
    suffix = PurePath(filename).suffix.lower().removeprefix(".")
    try:
        return (suffix and find(suffix)) or find(guess_type(filename)[0] or "")
    except UnderstudyError as error:
        raise Unreadable(str(error), "unsupported_file") from None


def reader_of(filename: str) -> str:
    """What changes when files like this are read by another plugin than before."""
    return _reader(PurePath(filename).suffix)


@lru_cache(maxsize=1_024)
def _reader(suffix: str) -> str:
    try:
        return parser_of(f"file{suffix}") or ""
    except Unreadable as error:  # two claim it: reading the file will say so
        return str(error)
