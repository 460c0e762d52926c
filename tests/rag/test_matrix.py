"""The copy of a store's vectors in memory: exact, and current."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from understudy_rag.meaning import matrix
from understudy_rag.meaning.matrix import Matrix
from understudy_rag.meaning.stored_vectors import StoredVectors, Text
from understudy_rag.meaning.vectors import cosine, pack, unit
from understudy_rag.parsing.documents import Chunk
from understudy_rag.stored import Source, StoredIndex

DIMENSIONS = 24
MODEL = "model"


class Shelf:
    """A store whose chunks have random vectors."""

    def __init__(self, path: Path) -> None:
        self.index = StoredIndex(path)
        self.vectors = StoredVectors(path)
        self.rng = random.Random(11)

    def some_vector(self) -> list[float]:
        return [self.rng.gauss(0, 1) for _ in range(DIMENSIONS)]

    def add(self, file_id: str, number: int) -> None:
        chunks = [Chunk(f"{file_id} {n}", n + 1, n + 1) for n in range(number)]
        self.index.add(Source(file_id, "", file_id.encode(), 100, 0), chunks)

    def embed(self, number: int = 100_000, model: str = MODEL) -> None:
        self.vectors.adopt(model)
        texts = self.vectors.due(number)
        assert self.vectors.put(model, [(text, pack(self.some_vector())) for text in texts])

    def expected(self, query: list[float], limit: int) -> list[int]:
        every = self.vectors.of(list(range(1, 20_000)))
        ranked = sorted(every, key=lambda chunk: -cosine(query, every[chunk]))
        return ranked[:limit]


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "index.sqlite3")
    yield shelf
    shelf.index.close()
    shelf.vectors.close()


def nearest(copy: Matrix, query: list[float], limit: int = 10, only=None, also=()) -> list[int]:
    found = copy.nearest(query, limit, only, also)
    assert found is not None
    return sorted(found.cosines, key=lambda chunk: -found.cosines[chunk])


@pytest.mark.parametrize("number", [1, 9, 10, 640, 641, 3_000])
def test_the_nearest_are_those_of_an_exact_scan(shelf, number):
    shelf.add("a", number)
    shelf.embed()
    copy = Matrix(shelf.vectors)
    for _ in range(5):
        query = unit(shelf.some_vector())
        assert nearest(copy, query) == shelf.expected(query, 10)


def test_least_and_greatest_are_those_of_the_whole_store(shelf):
    shelf.add("a", 300)
    shelf.embed()
    query = unit(shelf.some_vector())
    found = Matrix(shelf.vectors).nearest(query, 3, None, ())
    every = [cosine(query, packed) for packed in shelf.vectors.of(list(range(1, 301))).values()]
    assert found.least == pytest.approx(min(every), abs=1e-6)
    assert found.greatest == pytest.approx(max(every), abs=1e-6)


def test_what_is_added_and_taken_away_is_seen_at_the_next_search(shelf):
    copy = Matrix(shelf.vectors)
    query = unit(shelf.some_vector())
    assert copy.nearest(query, 10, None, ()) is None
    for step in ("a", "b", "-a", "c", "-c", "-b", "d"):
        if step[0] == "-":
            shelf.index.remove(step[1])
        else:
            shelf.add(step, 70)
            shelf.embed(30)  # the rest stays for later, and comes with the next file
        expected = shelf.expected(query, 10)
        found = copy.nearest(query, 10, None, ())
        assert sorted(found.cosines if found else []) == sorted(expected)


def test_the_chunks_of_a_file_that_is_gone_are_never_those_of_another(shelf):
    shelf.add("a", 5)
    shelf.embed()
    copy = Matrix(shelf.vectors)
    query = unit(shelf.some_vector())
    before = copy.nearest(query, 5, None, ()).cosines
    shelf.index.remove("a")
    shelf.add("b", 5)
    assert copy.nearest(query, 5, None, ()) is None
    shelf.embed()
    after = copy.nearest(query, 5, None, ()).cosines
    assert len(after) == len(before) == 5
    assert not after.keys() & before.keys()


def test_another_models_vectors_take_the_place_of_all(shelf):
    shelf.add("a", 50)
    shelf.embed()
    copy = Matrix(shelf.vectors)
    query = unit(shelf.some_vector())
    nearest(copy, query)
    shelf.vectors.adopt("other")
    assert copy.nearest(query, 10, None, ()) is None
    shelf.embed(model="other")
    assert nearest(copy, query) == shelf.expected(query, 10)


def test_a_search_in_some_files_finds_chunks_of_those_only(shelf):
    for name in ("a", "b", "c"):
        shelf.add(name, 40)
    shelf.embed()
    copy = Matrix(shelf.vectors)
    found = nearest(copy, unit(shelf.some_vector()), 100, only=["b", "none"])
    assert sorted(found) == list(range(41, 81))


def test_chunks_that_are_asked_for_have_their_cosines_told(shelf):
    shelf.add("a", 200)
    shelf.embed()
    copy = Matrix(shelf.vectors)
    query = unit(shelf.some_vector())
    far = shelf.expected(query, 200)[-1]
    found = copy.nearest(query, 3, None, [far, 999])
    assert found.cosines[far] == pytest.approx(found.least)
    assert len(found.cosines) == 4


def test_a_store_too_large_for_memory_is_not_scanned(shelf, monkeypatch):
    shelf.add("a", 100)
    shelf.embed()
    monkeypatch.setattr(matrix, "MAX_BYTES", 99 * DIMENSIONS * 4)
    assert Matrix(shelf.vectors).nearest(unit(shelf.some_vector()), 10, None, ()) is None


def test_a_vector_of_a_text_that_changed_meanwhile_is_not_kept(shelf):
    shelf.add("a", 2)
    shelf.vectors.adopt(MODEL)
    first, second = shelf.vectors.due(2)
    late = Text(first.chunk, "as it was before")
    packed = pack(shelf.some_vector())
    assert shelf.vectors.put(MODEL, [(late, packed), (second, packed)])
    assert list(shelf.vectors.of([first.chunk, second.chunk])) == [second.chunk]
    assert shelf.vectors.due(9) == [first]


def test_a_vector_of_a_model_that_is_no_longer_wanted_is_not_kept(shelf):
    shelf.add("a", 1)
    shelf.vectors.adopt(MODEL)
    [text] = shelf.vectors.due(1)
    shelf.vectors.adopt("other")
    assert not shelf.vectors.put(MODEL, [(text, pack(shelf.some_vector()))])
    assert shelf.vectors.due(1) == [text]
