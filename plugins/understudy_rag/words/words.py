"""Text to the words that are compared: lower case, no accents, scripts without spaces in pairs.

SQLite splits plain text into the same words by itself, and fast. Text with letters that it would
treat otherwise is split here, and indexed as the words that came of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese; and Korean,
# whose words carry their particles with them.
_UNSPACED: Final = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0ecf\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs and the like of those scripts: they belong to the letter before them.
_SIGNS: Final = (
    "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ecf\u102b-\u103e"
    "\u1056-\u1059\u17b4-\u17d3\u3099\u309a"
)
_INDIC: Final = "\u0900-\u0963\u0966-\u0dff"  # their vowel signs are letters to nobody but us
_WORD: Final = re.compile(rf"[{_UNSPACED}]+|(?:[^\W_{_UNSPACED}]|[{_INDIC}])+")
_ASCII_WORD: Final = re.compile("[a-z0-9]+")
_LETTER: Final = re.compile(rf"[{_UNSPACED}][{_SIGNS}]*")
# Accents, the vowels that Arabic and Hebrew leave out, and the stroke that draws words out.
_MARKS: Final = re.compile(
    r"(?<!\u0438)\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]"
)
# What SQLite splits and folds as we do: Latin, Greek without accents, Cyrillic, punctuation.
_PLAIN: Final = (
    "\x00-\xa9\xab-\xb1\xb4-\xb8\xbb\xbf-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    "\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9\u0402\u0404-\u0406\u0408-\u040b\u040f-\u044f"
    "\u0452\u0454-\u0456\u0458-\u045b\u045f\u0490-\u04c0\u1e00-\u1e99\u1ea0-\u1ef9"
    "\u2010-\u2064\u20a0-\u20a7\u20a9-\u20b9\u2190-\u23f3\u2500-\u26ff\u3001-\u3004\u3008-\u301f"
)
_OTHER: Final = re.compile(rf"[^{_PLAIN}]")
# Letters that are written in two ways: alef maqsura, teh marbuta, the sigma at a word's end.
_SPELT_OTHERWISE: Final = str.maketrans("\u0649\u0629\u03c2", "\u064a\u0647\u03c3")


def words(text: str) -> list[str]:
    """The words of a text, in its order, repeats kept."""
    simple = folded(text)
    if simple.isascii():
        return _ASCII_WORD.findall(simple)
    runs = _WORD.findall(simple)
    return [word for run in runs for word in (_pairs(run) if is_unspaced(run) else (run,))]


def spelled(text: str) -> str | None:
    """Text as SQLite is to see it; None if it may see it as it is."""
    if text.isascii():
        return None
    pieces: list[str] = []
    done = 0
    for found in _OTHER.finditer(text):
        if found.start() >= done:
            start, end = _around(text, done, found.start())
            pieces += (text[done:start], *words(text[start:end]))
            done = end
    return " ".join((*pieces, text[done:])) if done else None


def _around(text: str, lowest: int, at: int) -> tuple[int, int]:
    """From the space or line's end before a place to the one behind it."""
    start = 1 + max(text.rfind(" ", lowest, at), text.rfind("\n", lowest, at), lowest - 1)
    ends = (text.find(" ", at), text.find("\n", at))
    return start, min((end for end in ends if end > 0), default=len(text))


def is_unspaced(word: str) -> bool:
    """Whether a word is a piece of a text without spaces."""
    return not word.isascii() and _LETTER.match(word) is not None


def folded(text: str) -> str:
    """Text in lower case and without accents."""
    lower = text.lower()
    if lower.isascii():
        return lower
    apart = unicodedata.normalize("NFKD", lower).translate(_SPELT_OTHERWISE)
    return unicodedata.normalize("NFKC", _MARKS.sub("", apart)).lower()


def _pairs(run: str) -> Iterator[str]:
    """Pairs of letters, and the last alone: so each letter begins one of them."""
    letters = _LETTER.findall(run)
    yield from (one + other for one, other in pairwise(letters))
    yield letters[-1]
