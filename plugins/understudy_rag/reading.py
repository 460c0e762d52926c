"""A file's bytes to text."""

from __future__ import annotations

import codecs
from pathlib import PurePath
from typing import Final

from understudy_rag.documents import Document, Unreadable
from understudy_rag.headings import MAX_LETTERS, written_headings
from understudy_rag.markup import read_html

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN_BINARY: Final = {
    b"\xd0\xcf\x11\xe0": "old Office documents",
    b"{\\rtf": "RTF files",
    b"\x89PNG": "images",
    b"\xff\xd8\xff": "images",
    b"GIF8": "images",
    b"\x1f\x8b": "compressed files",
}
_PROSE: Final = frozenset(
    {"", ".txt", ".text", ".md", ".markdown", ".rst", ".tex", ".adoc", ".org"}
)
_ODD: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_SAMPLE: Final = 4_096
_UNKNOWN: Final = "unsupported_file"


def read_text(name: str, data: bytes) -> Document:
    """A text file, by the format that its name says. Raises `Unreadable`."""
    text = decode(data)
    suffix = PurePath(name).suffix.lower()
    if suffix in (".html", ".htm", ".xhtml"):
        return read_html(text)
    if suffix in (".csv", ".tsv"):  # each row stands under the names of its columns
        return Document(text, [(0, _first_line(text))], is_prose=False)
    headings = written_headings(text) if suffix in (".md", ".markdown", ".rst") else ()
    return Document(text, headings, is_prose=suffix in _PROSE)


def _first_line(text: str) -> str:
    return text[:MAX_LETTERS].partition("\n")[0]


def decode(data: bytes) -> str:
    """Bytes to text: by the byte order mark, else UTF-8, else Windows-1252. Raises `Unreadable`."""
    text = _decoded(data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if unmarked := _unmarked_utf16(data[:_SAMPLE]):
        return _strictly(data, unmarked)
    _refuse_binary(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _unmarked_utf16(sample: bytes) -> str | None:
    """The kind of UTF-16 that text without a byte order mark is in: every other byte is zero."""
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if half >= 4 and odd > half * 0.7 and not even:
        return "utf-16-le"
    return "utf-16-be" if half >= 4 and even > half * 0.7 and not odd else None


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(f"It is marked as {encoding.upper()} text, but is damaged.") from None


def _refuse_binary(data: bytes) -> None:
    for magic, kind in _KNOWN_BINARY.items():
        if data.startswith(magic):
            named = f"{kind[0].upper()}{kind[1:]}"
            raise Unreadable(f"{named} cannot be read yet; save it as text.", _UNKNOWN)
    sample = data[:_SAMPLE]
    odd = len(sample) - len(sample.translate(None, _ODD))
    if b"\x00" in data or odd > len(sample) / 50:
        raise Unreadable("It is not text.", _UNKNOWN)
