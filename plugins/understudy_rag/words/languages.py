"""Languages: which a text is in, which of its words say little, which are forms of one word.

A file in English is indexed as it is written, and a word of a query is looked up in all its forms;
the words of other languages, whose forms are too many, are indexed without their endings. So the
English rules never meet a text that is not English, and several languages need no index each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final

from understudy_rag.words import english
from understudy_rag.words.stop_words import STOP_WORDS
from understudy_rag.words.words import is_unspaced, words

_DEFAULT: Final = "english"
_SAMPLE: Final = 2_000
_ENOUGH: Final = 0.08
"""The share of stop words that tells a language; of most texts they are a third or more."""
_FEWEST: Final = 5
"""Different words that a second language must have, that the first does not know."""


def languages_of(*samples: str) -> list[str]:
    """The languages of a text, the likeliest first; English where nothing tells of another.

    The one with the most *different* stop words: source code has a few, such as `as` and `os`,
    again and again.
    """
    found = Counter(chain.from_iterable(words(sample[:_SAMPLE]) for sample in samples))
    spaced = {word: count for word, count in found.items() if not is_unspaced(word)}
    telling = {word: count for word, count in spaced.items() if word in _languages_by_word()}
    least = _ENOUGH * sum(spaced.values())
    first = next(iter(_by_variety(telling)), _DEFAULT)
    if _times(telling, first) < max(1, least):
        return [_DEFAULT] if any(word.isascii() for word in spaced) else []
    rest = {word: count for word, count in telling.items() if word not in _stop_words(first)}
    others = _by_variety(rest, _FEWEST)
    return [first, *(each for each in others if _times(rest, each) >= least)]


def without_stop_words(asked: Sequence[str], languages: Iterable[str]) -> list[str]:
    """The words of a query that say something in its language; all, if none would be left.

    Its language is the one of `languages` with most of its words: `die` is left out of a German
    question, and kept in an English one.
    """
    counts = _telling(asked)
    known = [language for language in languages if counts[language]]
    if not known:
        return list(asked)
    stop_words = _stop_words(max(known, key=lambda language: counts[language]))
    return [word for word in asked if word not in stop_words] or list(asked)


def stemmed_by(languages: Sequence[str]) -> str | None:
    """The language whose endings are taken off when a file is indexed; None where they stay on."""
    return next((language for language in languages if language != _DEFAULT), None)


def stemmed(text: str, language: str) -> str:
    """A text as it is indexed: its words without their endings."""
    return " ".join([stem(word, language) for word in words(text)])


def terms_of(word: str, languages: Iterable[str]) -> set[str]:
    """What the index may have of a word. `languages`: those that files are stemmed by."""
    if is_unspaced(word):
        return {word}
    return {*english.forms(word), *(stem(word, language) for language in languages)}


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """A word without its endings, by Snowball's rules."""
    stemmed: str = _stemmer(language).stemWord(word)
    return stemmed


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # type: ignore[import-untyped]

    return snowballstemmer.stemmer(language)


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(words(STOP_WORDS[language]))


@cache
def _languages_by_word() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language in STOP_WORDS:
        for word in _stop_words(language):
            found.setdefault(word, []).append(language)
    return found


def _by_variety(telling: Iterable[str], least: int = 1) -> list[str]:
    """The languages that have so many of these stop words, those with the most first."""
    having = _telling(telling)
    return [language for language, count in having.most_common() if count >= least]


def _times(telling: Mapping[str, int], language: str) -> int:
    """How often stop words of a language stand there."""
    return sum(telling[word] for word in _stop_words(language) & telling.keys())


def _telling(found: Iterable[str]) -> Counter[str]:
    """How many of the words are stop words, by language."""
    by_word = _languages_by_word()
    return Counter(language for word in found for language in by_word.get(word, ()))
