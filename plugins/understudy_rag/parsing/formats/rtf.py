"""Rich Text Format (RTF 1.9.1): text with control words, in groups."""

from __future__ import annotations

import codecs
import re
from typing import Final

from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.draft import Draft

_TOKEN: Final = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|([^\\{}\r\n]+)"
)
# Groups that hold no text of the document.
_HIDDEN: Final = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer themedata datastore".split()
)
_SIGNS: Final = {
    b"par": "\n\n",
    b"sect": "\n\n",
    b"line": "\n",
    b"row": "\n",
    b"cell": " | ",
    b"tab": "\t",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
}


def read(data: bytes, _name: str) -> Document:
    """The text, without how it looks."""
    reader = _Reader()
    for token in _TOKEN.finditer(data):
        reader.take(*token.groups())
    reader.flush()
    return reader.draft.document()


class _Reader:
    def __init__(self) -> None:
        self.draft = Draft()
        self._encoding = "cp1252"
        self._bytes = bytearray()
        self._groups: list[tuple[bool, int]] = []
        self._is_hidden = False
        self._fallback = 1  # so many letters behind \u are for readers that do not know it
        self._skip = 0
        self._high = 0

    def take(
        self,
        word: bytes | None,
        number: bytes | None,
        code: bytes | None,
        sign: bytes | None,
        brace: bytes | None,
        text: bytes | None,
    ) -> None:
        """Go on by one token."""
        if brace:
            self._group(brace)
        elif word:
            self._control(word, int(number or 0))
        elif sign == b"*":
            self._is_hidden = True
        elif code:
            self._letters(bytes.fromhex(code.decode()))
        else:
            self._letters(text or {b"~": b" ", b"_": b"-"}.get(sign or b"", sign or b""))

    def flush(self) -> None:
        """Add the letters that wait for the rest of theirs."""
        if self._bytes:
            self.draft.add(self._bytes.decode(self._encoding, errors="replace"))
            self._bytes.clear()

    def _group(self, brace: bytes) -> None:
        if brace == b"{":
            self._groups.append((self._is_hidden, self._fallback))
        elif self._groups:
            self._is_hidden, self._fallback = self._groups.pop()

    def _control(self, word: bytes, number: int) -> None:
        if word == b"ansicpg":
            self._encoding = _known(number)
        elif word == b"uc":
            self._fallback = number
        elif word in _HIDDEN:
            self._is_hidden = True
        elif word == b"u":
            self._unit(number % 65_536)
            self._skip = self._fallback
        elif word in _SIGNS:
            self._sign(_SIGNS[word])

    def _unit(self, unit: int) -> None:
        """A letter beyond U+FFFF is written as the two halves that UTF-16 has for it."""
        if 0xD800 <= unit < 0xDC00:
            self._high = unit
        elif 0xDC00 <= unit < 0xE000:
            pair = (self._high << 16 | unit).to_bytes(4)
            self._sign(pair.decode("utf-16-be", errors="replace"))
        else:
            self._sign(chr(unit))

    def _sign(self, sign: str) -> None:
        if not self._is_hidden:
            self.flush()
            self.draft.add(sign)

    def _letters(self, letters: bytes) -> None:
        skipped, self._skip = min(self._skip, len(letters)), max(0, self._skip - len(letters))
        if not self._is_hidden:
            self._bytes += letters[skipped:]


def _known(page: int) -> str:
    try:
        return codecs.lookup(f"cp{page}").name
    except LookupError:
        return "cp1252"
