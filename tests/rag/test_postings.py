"""BM25, with numpy and without: the same formula, the same sums, the same order."""

from __future__ import annotations

import random
import subprocess
import sys
from math import log

import pytest

from understudy_rag.parsing.documents import Chunk
from understudy_rag.stored import Source, StoredIndex
from understudy_rag.words.accelerator import VectorScorer
from understudy_rag.words.postings import PlainScorer
from understudy_rag.words.scoring import best
from understudy_rag.words.words import words

SCORERS = [PlainScorer(), VectorScorer()]
SCORER = pytest.mark.parametrize("scorer", SCORERS, ids=["plain", "numpy"])


@pytest.fixture
def opened(tmp_path):
    """Open a store with one scorer or the other."""
    stores = []

    def opened(scorer, name="vs_1"):
        stores.append(StoredIndex(tmp_path / name / "index.sqlite3", scorer))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


def put(store, file_id, *texts, title=""):
    store.add(Source(file_id, title, b"", 100, 0), [Chunk(text, 1, 1) for text in texts])


def found(store, query, limit=10, **only):
    scored = best({"vs_1": store}, words(query), only, limit)
    return [(each.match.text, each.score) for each in scored]


def texts(store, query, **options):
    return [text for text, _ in found(store, query, **options)]


@SCORER
def test_only_chunks_with_a_word_of_the_query_are_found(opened, scorer):
    store = opened(scorer)
    put(store, "f1", "boiler", "garden")
    assert texts(store, "boiler") == ["boiler"]
    assert texts(store, "shed") == []


@SCORER
def test_a_rare_word_tells_more_than_a_common_one(opened, scorer):
    store = opened(scorer)
    put(store, "f1", "house garden", "house cellar", "house roof", "boiler shed")
    assert texts(store, "house boiler")[0] == "boiler shed"


@SCORER
def test_a_word_counts_more_in_a_short_chunk(opened, scorer):
    store = opened(scorer)
    put(store, "f1", "boiler " + "word " * 50, "boiler word")
    assert texts(store, "boiler")[0] == "boiler word"


@SCORER
def test_a_repeated_word_of_the_query_counts_as_often(opened, scorer):
    store = opened(scorer)
    put(store, "f1", "heron stork", "crane stork")
    assert texts(store, "heron crane crane") == ["crane stork", "heron stork"]
    assert texts(store, "heron heron crane") == ["heron stork", "crane stork"]


@SCORER
def test_a_word_of_the_title_counts_twice(opened, scorer):
    store = opened(scorer)
    put(store, "f1", "heron stork")
    put(store, "f2", "stork stork", title="heron")
    assert texts(store, "heron")[0] == "stork stork"


@SCORER
def test_equal_chunks_come_in_their_order_and_the_limit_holds(opened, scorer):
    store = opened(scorer)
    put(store, "f1", "heron 1", "heron 2", "heron 3")
    assert texts(store, "heron") == ["heron 1", "heron 2", "heron 3"]
    assert texts(store, "heron", limit=2) == ["heron 1", "heron 2"]


@SCORER
def test_scores_are_those_of_the_formula(opened, scorer):
    store = opened(scorer)
    put(store, "f1", "heron ibis", "crane crane crane stork")
    idf = log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    first = idf * 2.2 * 3 / (3 + 1.2 * (0.25 + 0.75 * 23 / 16.5))
    second = idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 10 / 16.5))
    scores = [score for _, score in found(store, "heron crane")]
    assert scores == pytest.approx([first, second])


@SCORER
def test_only_the_named_files_count(opened, scorer):
    store = opened(scorer)
    for number in range(5):
        put(store, f"f{number}", f"heron {number}")
    assert texts(store, "heron", vs_1={"f3", "f1", "gone"}) == ["heron 1", "heron 3"]
    assert texts(store, "heron", vs_1=set()) == []


@SCORER
def test_what_is_kept_in_memory_follows_the_file(opened, scorer):
    store, other = opened(scorer), opened(scorer)
    put(store, "f1", "heron 1")
    assert texts(store, "heron") == ["heron 1"]
    put(other, "f2", "heron 2", "herons 3")
    assert texts(store, "heron") == ["heron 1", "heron 2", "herons 3"]
    other.remove("f1")
    assert texts(store, "heron") == ["heron 2", "herons 3"]
    put(other, "f2")
    assert texts(store, "heron") == []


@SCORER
def test_what_is_kept_follows_more_files_than_are_counted_one_by_one(opened, scorer, monkeypatch):
    monkeypatch.setattr("understudy_rag.words.recent.MOST", 2)
    store = opened(scorer)
    for number in range(8):
        put(store, f"f{number}", f"heron {number}", f"crane {number}")
        expected = [f"heron {earlier}" for earlier in range(number + 1)]
        assert texts(store, "heron") == expected
        assert len(texts(store, "cranes")) == number + 1


@SCORER
def test_what_is_kept_follows_a_file_that_was_made_anew(opened, scorer, tmp_path):
    store, other = opened(scorer), opened(scorer)
    put(store, "f1", "heron 1", "crane 1")
    assert texts(store, "heron") == ["heron 1"]
    other.delete()
    put(other, "f2", "crane 2", "heron 2")
    assert texts(store, "heron") == ["heron 2"]


@SCORER
def test_ids_of_files_that_are_gone_take_no_room_for_ever(opened, scorer):
    store = opened(scorer)
    put(store, "first", *["crane"] * 11_000)
    put(store, "f1", "heron 1")
    assert texts(store, "heron") == ["heron 1"]
    store.remove("first")
    assert texts(store, "heron") == ["heron 1"]
    assert texts(store, "heron crane") == ["heron 1"]
    catalogue, _ = store.look_up(["heron"])
    assert len(catalogue.lengths) == 1


def test_the_ranking_is_the_same_with_numpy_and_without(opened):
    rng = random.Random(7)
    vocabulary = [f"word{number}" for number in range(200)]
    odds = [1 / (1 + at) for at in range(200)]
    plain, fast = (opened(scorer) for scorer in SCORERS)
    for number in range(40):
        made = [" ".join(rng.choices(vocabulary, odds, k=rng.randint(3, 60))) for _ in range(10)]
        put(plain, f"f{number}", *made, title=rng.choice(vocabulary))
    plain.remove("f7")
    for _ in range(50):
        query = " ".join(rng.choices(vocabulary, odds, k=6))
        for only in ({}, {"vs_1": {f"f{n}" for n in range(0, 40, 3)}}):
            assert found(plain, query, limit=25, **only) == found(fast, query, limit=25, **only)


def test_one_scale_holds_for_several_stores(opened):
    for scorer in SCORERS:
        one, other = opened(scorer, "vs_1"), opened(scorer, "vs_2")
        put(one, "f1", *(f"bird {n} in the water" for n in range(30)))
        put(other, "f2", "heron in the water")
        scored = best({"vs_1": one, "vs_2": other}, words("heron water"), {}, 3)
        assert scored[0].key[0] == "vs_2"
        assert scored[1].score < scored[0].score / 2


def test_without_numpy_the_plain_scorer_serves():
    code = """
import sys
sys.modules["numpy"] = None  # what it is like when it is not installed
import importlib.util
importlib.util.find_spec = lambda name, *a: None
from understudy_rag.words.lexicon import default_scorer
print(type(default_scorer()).__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "PlainScorer"
