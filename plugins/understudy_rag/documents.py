"""What reading and chunking hand on: lines, and chunks of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, or a paragraph of a page. `number` counts from 1 in the file itself.

    `heading` is the path of headings above it: "Guide > Install".
    """

    number: int
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a file, as it stands there; `line` to `end_line`, both included."""

    text: str
    line: int
    end_line: int
    heading: str = ""


class Unreadable(Exception):
    """A file that cannot be searched. The message says why, in a sentence for the user.

    `code`: whether the format is unknown, or this one file is damaged.
    """

    def __init__(
        self, message: str, code: Literal["unsupported_file", "invalid_file"] = "invalid_file"
    ) -> None:
        super().__init__(message)
        self.code: Literal["unsupported_file", "invalid_file"] = code
