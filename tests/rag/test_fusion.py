"""One score for words and vectors."""

from __future__ import annotations

import pytest

from understudy.indexes import Weights
from understudy_rag.meaning.fusion import Similarities, fuse

HALF = Weights(0.5, 0.5)


def test_without_vectors_the_best_chunk_by_words_has_the_score_1():
    assert fuse({"a": 4.0, "b": 1.0}, [], Weights()) == {"a": 1.0, "b": 0.25}


def test_the_usual_weights_are_two_fifths_words_and_three_fifths_vectors():
    dense = Similarities({"a": 0.2, "b": 0.7}, least=-0.3, greatest=0.7)
    scores = fuse({"a": 2.0, "b": 1.0}, [dense], Weights())
    assert scores == {"a": pytest.approx(0.4 + 0.6 * 0.5), "b": pytest.approx(0.2 + 0.6)}


def test_a_chunk_found_by_one_of_them_alone_gets_that_part():
    dense = Similarities({"both": 1.0, "vector": 0.5}, least=0.0, greatest=1.0)
    scores = fuse({"both": 3.0}, [dense], HALF)
    assert scores == {"both": 1.0, "vector": 0.25}


def test_a_chunk_whose_vector_is_still_to_be_made_is_scored_by_its_words():
    dense = Similarities({"old": 1.0}, least=0.0, greatest=1.0)
    assert fuse({"old": 1.0, "new": 4.0}, [dense], HALF)["new"] == 1.0


def test_models_are_put_on_one_scale_each_by_its_own_cosines():
    narrow = Similarities({"a": 0.81, "b": 0.80}, least=0.80, greatest=0.81)
    wide = Similarities({"c": 0.9, "d": -0.9}, least=-0.9, greatest=0.9)
    scores = fuse({}, [narrow, wide], Weights(0.0, 1.0))
    assert scores == {"a": 1.0, "b": 0.0, "c": 1.0, "d": 0.0}


@pytest.mark.parametrize("number", [1, 3])
def test_where_all_are_equally_like_the_query_words_decide(number):
    dense = Similarities(dict.fromkeys(range(number), 0.5), least=0.5, greatest=0.5)
    scores = fuse({0: 1.0}, [dense], HALF)
    assert max(scores, key=lambda key: scores[key]) == 0
    assert set(scores.values()) <= {0.5, 1.0}


def test_nothing_found_is_nothing():
    assert fuse({}, [], Weights()) == {}
    assert fuse({}, [Similarities({}, least=0.0, greatest=0.0)], Weights()) == {}
