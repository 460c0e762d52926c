"""Text to words: the same ones that SQLite makes of it, or ours in their place."""

import sqlite3

import pytest

from understudy_rag.words.words import spelled, words

# ruff: noqa: RUF001 - letters of many scripts are the matter of this file


def test_case_and_accents_do_not_matter():
    assert words("Café RÉSUMÉ Ёлка") == words("cafe resume елка")


def test_repeats_are_kept():
    assert words("boiler, Boiler") == ["boiler", "boiler"]


def test_numbers_and_parts_of_identifiers_are_words():
    assert words("chunk_size = 1600") == ["chunk", "size", "1600"]


def test_scripts_without_spaces_are_taken_in_pairs_and_the_last_letter_alone():
    assert words("锅炉每年") == ["锅炉", "炉每", "每年", "年"]
    assert words("กินข้าว")[0] == "กิน"


def test_a_vowel_sign_stays_with_its_letter():
    assert words("हिन्दी में") == ["हिन्दी", "में"]


def test_words_are_the_same_with_the_vowels_that_arabic_leaves_out_and_without():
    assert words("كِتَابٌ") == words("كتاب")


def test_plain_text_is_left_to_sqlite():
    assert spelled("The boiler's „Wartung“ – été, Йогурт") is None


def test_only_what_sqlite_would_split_otherwise_is_split_for_it():
    text = "Plain words,\n the 锅炉 (ﬁve) and plain again"
    expected = "Plain words, the 锅炉 炉 five and plain again"
    assert str(spelled(text)).split() == expected.split()


@pytest.mark.parametrize(
    "text",
    [
        "The boiler's chunk_size – “quoted”… naïve Straße, ŒUVRE, Łódź",
        "Ежегодная проверка ёмкостей и Йогурт",
        "Ο κόσμος ΚΟΣΜΟΣ",
        "我们的锅炉 ABC 每年。東京タワー",
        "الكِتَابُ الجديدة",
        "ﬁve ½ ² Ａ① ｶﾞ",
        "한국어를 공부",
        "combining e\u0301 accents",
    ],
)
def test_sqlite_indexes_the_words_that_queries_are_made_of(text):
    db = sqlite3.connect(":memory:")
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
    db.execute(f'CREATE VIRTUAL TABLE t USING fts5(text, tokenize="{tokenize}")')
    db.execute("INSERT INTO t VALUES (?)", (spelled(text) or text,))
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    terms = [row[0] for row in db.execute("SELECT term FROM v ORDER BY offset")]
    db.close()
    assert terms == words(text)
