"""Languages: which a text is in, which of its words say little, which are forms of one word.

Nothing is stemmed when it is indexed. A word of a query is looked up in all the forms that the
index has of it, by the stemmers of the languages that its files are in: so the English rules never
meet a text that is not English, and files in several languages need no index each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from itertools import takewhile
from typing import Any, Final

from understudy_rag import english
from understudy_rag.stop_words import STOP_WORDS
from understudy_rag.words import is_unspaced, words

_DEFAULT: Final = "english"
_SAMPLE: Final = 6_000
_ENOUGH: Final = 0.08
"""The share of stop words that tells a language; of most texts they are a third or more."""
_FEWEST: Final = 5
"""Words that a second language must have, that the first does not know."""
# Articles and conjunctions that Arabic writes in one with the word behind them.
_JOINED: Final = {
    "arabic": ("", "ال", "و", "وال", "ب", "بال", "ل", "لل", "ف", "فال", "ك", "كال"),
}


def languages_of(*samples: str) -> list[str]:
    """The languages of a text, the likeliest first; English where nothing tells of another."""
    found = [word for sample in samples for word in words(sample[:_SAMPLE])]
    spaced = [word for word in found if not is_unspaced(word)]
    counts = _telling(spaced)
    if not counts or counts.most_common(1)[0][1] < _ENOUGH * len(spaced):
        return [_DEFAULT] if any(word.isascii() for word in spaced) else []
    first = counts.most_common(1)[0][0]
    others = _telling(word for word in spaced if word not in _stop_words(first))
    least = max(_FEWEST, _ENOUGH * len(spaced))
    return [first, *(language for language, count in others.most_common() if count >= least)]


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


def beginnings(word: str, languages: Collection[str]) -> set[str]:
    """How forms of a word may begin; none if it has but one form."""
    if is_unspaced(word):  # a single letter, of which the index has pairs
        return {word} if len(word) == 1 else set()
    if len(word) < 3 or not word.isalpha():
        return set()
    return {
        joined + _shared(word, stem(word, language))
        for language in languages
        for joined in _JOINED.get(language, ("",))
    }


def is_form(term: str, word: str, languages: Collection[str]) -> bool:
    """Whether two words are forms of one, in any of the languages."""
    if is_unspaced(word):
        return term.startswith(word)
    return any(stem(term, language) == stem(word, language) for language in languages)


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """A word without its endings, by Snowball's rules or, in English, our own."""
    if language == "english":
        return english.stem(word)
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


def _telling(found: Iterable[str]) -> Counter[str]:
    """How many of the words are stop words, by language."""
    by_word = _languages_by_word()
    return Counter(language for word in found for language in by_word.get(word, ()))


def _shared(word: str, stemmed: str) -> str:
    """What a word and its stem begin with."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(word, stemmed, strict=False))
    return "".join(letter for letter, _ in same)
