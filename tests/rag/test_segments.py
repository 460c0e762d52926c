"""Segments: whatever they are, there or not, old or new, a search finds the same."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from math import log

import pytest

from understudy.indexes import IndexedFile
from understudy_rag.index import RagIndex
from understudy_rag.parsing.documents import Chunk
from understudy_rag.stored import Source, StoredIndex
from understudy_rag.words import gathering, postings
from understudy_rag.words.accelerator import VectorScorer
from understudy_rag.words.postings import PlainScorer
from understudy_rag.words.scoring import best
from understudy_rag.words.words import words

SCORERS = [PlainScorer(), VectorScorer()]
SCORER = pytest.mark.parametrize("scorer", SCORERS, ids=["plain", "numpy"])
VOCABULARY = [f"{root}{end}" for root in ("heron", "stork", "ibis", "crane") for end in ("", "s")]
VOCABULARY += [f"word{number}" for number in range(60)]
ODDS = [1 / (1 + at) for at in range(len(VOCABULARY))]
GERMAN = "Die Vögel stehen im Wasser, und das Wasser ist nicht so tief, wie es aussieht. Haus {}."


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vs_1" / "index.sqlite3"


@pytest.fixture
def opened(path):
    """Open the store anew: nothing is in memory."""
    stores = []

    def opened(scorer=None):
        stores.append(StoredIndex(path, scorer))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


def put(store, file_id, *texts, title=""):
    store.add(Source(file_id, title, b"", 100, 0), [Chunk(text, 1, 1) for text in texts])


def made(rng, count=10, longest=40):
    return [
        " ".join(rng.choices(VOCABULARY, ODDS, k=rng.randint(3, longest))) for _ in range(count)
    ]


def filled(store, files=20, count=10):
    rng = random.Random(5)
    for number in range(files):
        put(store, f"f{number}", *made(rng, count), title=rng.choice(VOCABULARY))


def gather(store):
    while store.gather():
        pass


def found(store, query, limit=10, **only):
    scored = best({"vs_1": store}, words(query), only, limit)
    return [(each.match.text, each.score) for each in scored]


def answers(store):
    rng = random.Random(6)
    asked = [" ".join(rng.choices(VOCABULARY, ODDS, k=5)) for _ in range(30)]
    asked += ["Häusern", "Vogel", "京", "東京都"]
    some = {f"f{number}" for number in range(0, 40, 3)}
    return [found(store, query, **only) for query in asked for only in ({}, {"vs_1": some})]


def rows(path, query):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


@SCORER
def test_a_search_finds_the_same_with_segments_and_without(opened, scorer):
    filled(opened())
    before = answers(opened(scorer))
    gather(opened())
    assert answers(opened(scorer)) == before
    assert not opened().gather()


@SCORER
def test_words_of_other_languages_are_in_segments_too(opened, scorer):
    put(opened(), "de", *(GERMAN.format(number) for number in range(5)))
    put(opened(), "ja", "東京都の天気", "京都の天気")
    put(opened(), "en", "The houses are by the water, and the birds are in it.")
    before = answers(opened(scorer))
    gather(opened())
    assert answers(opened(scorer)) == before
    assert len(found(opened(scorer), "Häusern")) == 5
    assert len(found(opened(scorer), "京")) == 2


@SCORER
def test_what_came_and_went_since_counts(opened, scorer):
    writer, reader = opened(), opened(scorer)
    filled(writer)
    gather(writer)
    assert found(reader, "heron") != []
    for number in range(20, 24):
        put(writer, f"f{number}", f"heron {number}", "herons herons")
    for number in (0, 1, 7, 23):
        writer.remove(f"f{number}")
    after = answers(opened(scorer))
    assert answers(reader) == after
    with closing(sqlite3.connect(writer.path)) as db, db:
        db.execute("DELETE FROM segment")
    assert answers(opened(scorer)) == after


@SCORER
def test_segments_that_were_made_by_another_process_are_used_at_once(opened, scorer):
    reader, writer = opened(scorer), opened()
    filled(writer)
    before = answers(reader)
    gather(writer)
    put(writer, "late", "heron heron heron")
    assert found(reader, "heron") == found(opened(scorer), "heron")
    gather(writer)
    writer.remove("late")
    assert answers(reader) == before


def test_small_additions_leave_few_segments(opened, path, monkeypatch):
    monkeypatch.setattr(gathering, "MOST", 100)
    store = opened()
    rng = random.Random(8)
    for number in range(60):
        put(store, f"f{number}", *made(rng, 5))
        gather(store)
    kept = rows(path, "SELECT first, last, chunks FROM segment ORDER BY first")
    assert len(kept) <= 300 / 100 * 2 + 4
    assert sum(chunks for _, _, chunks in kept) == 300
    assert [first for first, _, _ in kept[1:]] == [last + 1 for _, last, _ in kept[:-1]]
    assert max(chunks for _, _, chunks in kept) <= 100


def test_segments_of_chunks_that_are_gone_do_not_stay_for_ever(opened, path, monkeypatch):
    monkeypatch.setattr(gathering, "MOST", 20)
    store = opened()
    put(store, "first", "heron")
    for _ in range(30):
        put(store, "changing", *["stork"] * 10)
        gather(store)
    [(gathered,)] = rows(path, "SELECT sum(chunks) FROM segment")
    assert gathered <= 2 * 11 + 20 + 10
    assert len(found(opened(), "heron stork", limit=50)) == 11


def test_two_who_gather_at_once_make_each_segment_once(opened, path, monkeypatch):
    monkeypatch.setattr(gathering, "MOST", 20)
    filled(opened())
    stores = [opened() for _ in range(3)]
    threads = [threading.Thread(target=gather, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(path, "SELECT count(*), sum(chunks) FROM segment") == [(10, 200)]


KILLED = """
import sys
from pathlib import Path
from understudy_rag.stored import StoredIndex
from understudy_rag.words import gathering
gathering.MOST = 10
store = StoredIndex(Path(sys.argv[1]))
while store.gather():
    print(".", flush=True)
"""


def test_who_is_killed_while_gathering_loses_nothing(opened, path):
    filled(opened())
    before = answers(opened())
    for stop in (1, 3, 2, 5):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE, text=True
        ) as process:
            for _ in range(stop):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
        assert answers(opened()) == before
    gather(opened())
    assert answers(opened()) == before
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_store_of_an_earlier_version_gets_its_segments(opened, path):
    store = opened()
    filled(store)
    before = answers(store)
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.executescript("DROP TABLE segment; DROP TABLE posting")
    assert answers(opened()) == before
    gather(opened())
    assert answers(opened()) == before


def test_a_search_sees_to_segments_in_the_background(tmp_path, path):
    async def content(data):
        yield data

    async def scenario():
        index = RagIndex(tmp_path)
        text = "\n\n".join(
            f"The heron {number} stands in the water. " * 20 for number in range(300)
        )
        file = IndexedFile("f1", "f1.txt", content(text.encode()), chunk_tokens=100)
        await index.add("vs_1", file)
        await index.search(["vs_1"], "heron", limit=5, only={})
        await asyncio.gather(*index._upkeep._tasks.values())
        await index.close()

    asyncio.run(scenario())
    file = tmp_path / "vector_stores" / "vs_1" / "index.sqlite3"
    assert rows(file, "SELECT min(first), max(last) - max(id) FROM segment, chunk") == [(1, 0)]


@SCORER
def test_what_is_not_looked_at_could_not_have_been_among_the_best(opened, scorer):
    """Words that all have, and words that few have: the common ones are only looked up."""
    store = opened(scorer)
    rng = random.Random(9)
    texts = [
        " ".join(["common"] * rng.randint(1, 4) + ["often"] * rng.randint(0, 2))
        + (" seldom" if rng.random() < 0.05 else "")
        + (" rare" if rng.random() < 0.02 else "")
        for _ in range(2_000)
    ]
    put(store, "f1", *texts)
    query = "often common seldom rare"
    scores = [score for _, score in found(store, query)]
    assert scores == pytest.approx(expected(texts, query))


def expected(texts, query, limit=10):
    """By the formula, every chunk with every word."""
    mean = sum(map(len, texts)) / len(texts)
    weights = {}
    for word in query.split():
        having = sum(word in text.split() for text in texts)
        weights[word] = log(1 + (len(texts) - having + 0.5) / (having + 0.5))
    scores = []
    for text in texts:
        score = 0.0
        for word, weight in weights.items():
            count = text.split().count(word)
            score += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(text) / mean))
        scores.append(score)
    return sorted(scores, reverse=True)[:limit]


def test_without_numpy_common_words_only_tell_between_what_rarer_ones_found(opened, monkeypatch):
    monkeypatch.setattr(postings, "_BUDGET", 50)
    store = opened(PlainScorer())
    put(store, "f1", *["common"] * 100, *["rare storks"] * 12, "rare common")
    assert found(store, "common rare", limit=3)[0][0] == "rare common"
    assert len(found(store, "common rare", limit=50)) == 50
