"""Bytes to text: by the byte order mark, by what the file declares, else by what they look like."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from understudy_rag.parsing.documents import Unreadable

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatches

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN_BINARY: Final = {
    b"\x89PNG": "images",
    b"\xff\xd8\xff": "images",
    b"GIF8": "images",
    b"\x1f\x8b": "compressed files",
}
_ODD: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_SAMPLE: Final = 4_096
_LETTERS: Final = 16_384
_ASCII: Final = bytes(range(128))
_LATIN: Final = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257")
_SIGN_IN_WORD: Final = re.compile(r"[^\W\d_][\x80-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\ufffd][^\W\d_]")
_UNKNOWN: Final = "unsupported_file"


def decode(data: bytes, declared: str | None = None) -> str:
    """Text with `\\n` at the end of lines. Raises `Unreadable` if it is not text.

    Without a mark it is UTF-8, unless it cannot be; else what is `declared`; else what
    charset-normalizer finds; else Windows-1252.
    """
    text = _decoded(data, declared)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _decoded(data: bytes, declared: str | None) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if unmarked := _unmarked_utf16(data[:_SAMPLE]):
        return _strictly(data, unmarked)
    if not (declared or "").lower().startswith("iso-2022"):  # which is written with escapes
        _refuse_binary(data)
    try:
        return data.decode(declared if declared and "2022" in declared else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return _otherwise(data, declared)


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
            raise Unreadable(f"{named} cannot be read; save it as text.", _UNKNOWN)
    sample = data[:_SAMPLE]
    odd = len(sample) - len(sample.translate(None, _ODD))
    if b"\x00" in data or odd > len(sample) / 50:
        raise Unreadable("It is not text.", _UNKNOWN)


def _otherwise(data: bytes, declared: str | None) -> str:
    """Text that is not UTF-8; or not all of it."""
    sample = _foreign(data)
    if _is_mostly_utf8(sample):
        return "".join(map(_line, data.splitlines(keepends=True)))
    try:
        return data.decode(declared or _guessed(sample))
    except (UnicodeDecodeError, LookupError):
        return data.decode("cp1252", errors="replace")


def _foreign(data: bytes) -> bytes:
    """The part of a file where the letters are that tell: it may begin with a page of ASCII."""
    start = len(data) - len(data.lstrip(_ASCII))
    first = max(0, start - 256)
    line = max(first, data.rfind(b"\n", first, start) + 1)
    return data[line : line + _LETTERS]


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether lines of another encoding stand in a file of UTF-8, as in logs of several sources."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(letter > "\x7f" for letter in text) - broken > broken


def _line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _guessed(sample: bytes) -> str:
    """What charset-normalizer takes it for.

    Latin scripts are a close call. A page that puts signs into words is out, and another one than
    Western Europe's must differ in letters only.
    """
    from charset_normalizer import from_bytes

    foreign = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    if foreign > 0.3 * len(sample):
        best = from_bytes(sample).best()
        return _japanese(sample) or (best.encoding if best else "cp1252")
    pages = [page for page in _LATIN if not _SIGN_IN_WORD.search(sample.decode(page, "replace"))]
    return _latin(sample, from_bytes(sample, cp_isolation=pages), pages[0]) if pages else "cp1252"


def _japanese(sample: bytes) -> str | None:
    """Its two encodings pass for Korean ones; but a good part of Japanese is kana."""
    for encoding in ("cp932", "euc_jp"):
        text = sample.decode(encoding, errors="replace")
        if sum("\u3040" <= letter <= "\u30ff" for letter in text) > 0.15 * len(text):
            return encoding if text.count("\ufffd") < 3 else None
    return None


def _latin(sample: bytes, matches: CharsetMatches, first: str) -> str:
    best = matches.best()
    if best is None:
        return first
    for match in matches:
        is_as_good = match.chaos <= best.chaos and match.coherence >= best.coherence
        if match.encoding == "cp1252" and is_as_good:
            return "cp1252"
    western = sample.decode("cp1252", errors="replace")
    return best.encoding if _has_more_letters(str(best), western) else first


def _has_more_letters(text: str, western: str) -> bool:
    """Whether all that differs is letters."""
    differing = [a for a, b in zip(text, western, strict=False) if a != b]
    return len(text) == len(western) and all(letter.isalpha() for letter in differing)
