"""The parsers that plugins bring: entry points of the group `understudy.parsers`."""

from __future__ import annotations

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
