"""The lines of a log: one JSON object each, found by byte offset."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from understudy.store import Record
from understudy_files.json_text import load_strict

_PADDING = b"\0 \t\r\n"
"""What power cuts and other editors leave around a record."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A record and the bytes that it takes, its line break included."""

    start: int
    end: int
    record: Record = field(hash=False)


def lines(data: bytes, start: int, name: str) -> Iterator[Line]:
    """The records in a piece of a log that begins at byte `start`. Bad lines are logged.

    A last line without a line break counts if it is a complete object.
    """
    for text in io.BytesIO(data):
        end = start + len(text)
        try:
            record = parse(text)
        except ValueError as error:
            if text.endswith(b"\n"):
                _logger.warning("`%s`: the line at byte %d is skipped: %s.", name, start, error)
        else:
            if record is not None:
                yield Line(start, end, record)
        start = end


def parse(text: bytes) -> Record | None:
    """The record in a line, or None if the line is blank. Raises `ValueError`."""
    content = text.strip(_PADDING)
    return load_strict(content) if content else None
