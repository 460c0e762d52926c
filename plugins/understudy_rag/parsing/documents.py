"""What reading hands to chunking, and chunking to the index: documents, and chunks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text. All places in it are offsets, in characters, in rising order.

    `headings`: from where on which path of headings holds ("Guide > Install"). `pages`: where each
    page begins, empty if there are none. `is_prose`: whether sentences matter more than lines, as
    they do not in tables and source code.
    """

    text: str
    headings: Sequence[tuple[int, str]] = ()
    pages: Sequence[int] = ()
    is_prose: bool = True


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a file's text: `document.text[start:end]`.

    `line` to `end_line`, both included, count from 1 in that text; `page` is where it begins, from
    1, None in files without pages.
    """

    text: str
    line: int
    end_line: int
    heading: str = ""
    start: int = 0
    end: int = 0
    page: int | None = None


class Unreadable(Exception):
    """A file that cannot be searched. The message says why, in a sentence for the user.

    `code`: whether the format is unknown, or this one file is damaged.
    """

    def __init__(
        self, message: str, code: Literal["unsupported_file", "invalid_file"] = "invalid_file"
    ) -> None:
        super().__init__(message)
        self.code: Literal["unsupported_file", "invalid_file"] = code
