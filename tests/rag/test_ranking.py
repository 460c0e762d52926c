from collections import Counter

import pytest

from understudy_rag.documents import Chunk
from understudy_rag.ranking import Passage, rank


def passages(*texts):
    return [
        Passage(f"{at}.txt", None, Chunk(text, 1, 1), Counter(text.split()), len(text.split()))
        for at, text in enumerate(texts)
    ]


def found(query, *texts, limit=10):
    return [hit.passage.chunk.text for hit in rank(query.split(), passages(*texts), limit)]


def test_only_passages_with_a_word_of_the_query_are_found():
    assert found("boiler", "the boiler", "the garden") == ["the boiler"]


def test_a_rare_word_tells_more_than_a_common_one():
    texts = ("house garden", "house cellar", "house roof", "boiler shed")
    assert found("house boiler", *texts)[0] == "boiler shed"


def test_a_word_counts_more_in_a_short_passage():
    assert found("boiler", "boiler " + "word " * 50, "boiler word")[0] == "boiler word"


def test_a_repeated_word_of_the_query_counts_as_often():
    assert found("a b b", "a x", "b x") == ["b x", "a x"]
    assert found("a a b", "a x", "b x") == ["a x", "b x"]


def test_equal_passages_come_in_their_order():
    assert found("a", "a 1", "a 2", "a 3") == ["a 1", "a 2", "a 3"]


def test_the_limit_holds():
    assert found("a", "a 1", "a 2", "a 3", limit=2) == ["a 1", "a 2"]


def test_the_best_scores_one_and_the_others_less():
    scores = [hit.score for hit in rank(["a", "b"], passages("a b", "a x", "y z"), 10)]
    assert scores[0] == 1
    assert 0 < scores[1] < 1


def test_scores_are_those_of_the_formula():
    # idf = ln(1 + (2 - 1 + .5) / (1 + .5)); "a" once in 2 words of 3 on average:
    # tf = 2.2 / (1 + 1.2 * (.25 + .75 * 2 / 3)); "b" three times in 4 words.
    first = 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3))
    second = 2.2 * 3 / (3 + 1.2 * (0.25 + 0.75 * 4 / 3))
    hits = rank(["a", "b"], passages("a x", "b b b y"), 10)
    assert [hit.passage.file for hit in hits] == ["1.txt", "0.txt"]
    assert hits[1].score == pytest.approx(first / second)


@pytest.mark.parametrize("query", ["", "nothing"])
def test_nothing_is_found_in_nothing(query):
    assert found(query) == []
    assert found(query, "", "a b") == []
