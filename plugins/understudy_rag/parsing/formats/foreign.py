"""Formats that are none of ours: read by kreuzberg, where it is installed."""

from __future__ import annotations

from importlib import import_module
from mimetypes import guess_type
from typing import Final

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.headings import written_headings

_MORE: Final = "pip install 'understudy[rag-all-formats]'"


def read(data: bytes, name: str) -> Document:
    """What kreuzberg makes of a file: Markdown."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("It is locked with a password.")
    try:
        kreuzberg = import_module("kreuzberg")
    except ImportError:
        reason = "Its format is not known, so it cannot be read."
        message = f"{reason} Save it as text, or add formats: {_MORE}."
        raise Unreadable(message, "unsupported_file") from None
    options = kreuzberg.ExtractionConfig(output_format="markdown", use_cache=False)
    try:
        kind = guess_type(name)[0] or kreuzberg.detect_mime_type_from_bytes(data)
        text: str = kreuzberg.extract_bytes_sync(data, kind, options).content
    except Exception as error:  # its errors have no family of their own
        reason = " ".join(str(error).split())[:200]
        raise Unreadable(f"kreuzberg cannot read it: {reason}", "unsupported_file") from None
    return Document(text, written_headings(text))
