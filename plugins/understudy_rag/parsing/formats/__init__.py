"""The formats that are parsed in a process of their own, a module each with `read(data, name)`.

Whatever is not among them is text, and is read where one is. What a file begins with counts for
more than its name.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

_MAGIC: Final = {
    b"%PDF-": "pdf",
    b"PK\x03\x04": "archive",
    b"PK\x05\x06": "archive",  # an empty one
    b"{\\rtf": "rtf",
    b"\xd0\xcf\x11\xe0": "foreign",  # Word, Excel and Outlook before 2007
}
_SUFFIXES: Final = {
    ".pdf": "pdf",
    ".html": "web",
    ".htm": "web",
    ".xhtml": "web",
    ".eml": "mail",
    ".docx": "archive",
    ".pptx": "archive",
    ".xlsx": "archive",
    ".epub": "archive",
    ".odt": "archive",
    ".ods": "archive",
    ".odp": "archive",
}


def format_of(name: str, data: bytes) -> str | None:
    """The module that reads a file; None for text."""
    for magic, found in _MAGIC.items():
        if data.startswith(magic):
            return found
    return _SUFFIXES.get(PurePath(name).suffix.lower()) if data else None
