"""The index that vector stores stand on, asked directly."""

from __future__ import annotations

import asyncio

import pytest

from understudy.indexes import IndexedFile, Unsearchable
from understudy_rag.index import RagIndex


async def once(data):
    yield data


def indexed(file_id, text, **sizes):
    data = text if isinstance(text, bytes) else text.encode()
    return IndexedFile(file_id, f"{file_id}.txt", once(data), **sizes)


@pytest.fixture
def with_index(tmp_path):
    """Run a scenario on an index; every call gets one of its own, as processes do."""

    def run(scenario):
        async def opened():
            index = RagIndex(tmp_path)
            try:
                return await scenario(index)
            finally:
                await index.close()

        return asyncio.run(opened())

    return run


def test_what_was_added_is_there_for_the_next_process(with_index):
    async def add(index):
        assert await index.add("vs_1", indexed("f1", "The heron stands.")) == 17

    async def look(index):
        hits = await index.search(["vs_1"], "heron", limit=5, only={})
        return await index.files("vs_1"), [(hit.file_id, hit.score, hit.text) for hit in hits]

    with_index(add)
    assert with_index(look) == ({"f1"}, [("f1", 1.0, "The heron stands.")])


def test_a_file_that_is_added_again_takes_the_place_of_the_old_one(with_index):
    async def scenario(index):
        await index.add("vs_1", indexed("f1", "The heron stands."))
        await index.add("vs_1", indexed("f1", "The crane flies."))
        found = [
            await index.search(["vs_1"], word, limit=5, only={}) for word in ("heron", "crane")
        ]
        return [len(hits) for hits in found]

    assert with_index(scenario) == [0, 1]


def test_a_removed_file_leaves_nothing_that_could_be_found(with_index):
    async def scenario(index):
        await index.add("vs_1", indexed("f1", "The heron stands."))
        await index.remove("vs_1", "f1")
        await index.remove("vs_1", "f1")
        await index.remove("vs_2", "f1")
        return await index.search(["vs_1"], "heron", limit=5, only={}), await index.files("vs_1")

    assert with_index(scenario) == ([], set())


def test_a_dropped_store_leaves_no_file(with_index, tmp_path):
    async def scenario(index):
        await index.add("vs_1", indexed("f1", "The heron stands."))
        await index.drop("vs_1")
        return await index.files("vs_1")

    assert with_index(scenario) == set()
    assert list((tmp_path / "vector_stores" / "vs_1").iterdir()) == []


def test_chunks_have_the_size_that_is_asked_for(with_index):
    text = "The heron stands in the water. " * 400

    async def scenario(index):
        await index.add("vs_1", indexed("f1", text, chunk_tokens=100, overlap_tokens=0))
        return await index.search(["vs_1"], "heron", limit=50, only={})

    hits = with_index(scenario)
    assert len(hits) > 20
    assert max(len(hit.text) for hit in hits) <= 400


def test_scores_of_several_stores_are_on_one_scale(with_index):
    async def scenario(index):
        for number in range(30):
            await index.add("vs_1", indexed(f"f{number}", f"Bird {number} stands in the water."))
        await index.add("vs_2", indexed("best", "The heron stands in the water."))
        return await index.search(["vs_1", "vs_2"], "heron in the water", limit=3, only={})

    hits = with_index(scenario)
    assert (hits[0].store_id, hits[0].file_id, hits[0].score) == ("vs_2", "best", 1.0)
    assert 0 < hits[1].score < 0.7


def test_only_the_named_files_are_looked_in(with_index):
    async def scenario(index):
        for number in range(5):
            await index.add("vs_1", indexed(f"f{number}", "The heron stands."))
        only = {"vs_1": {"f3", "f9"}}
        return [hit.file_id for hit in await index.search(["vs_1"], "heron", limit=5, only=only)]

    assert with_index(scenario) == ["f3"]


def test_searches_and_additions_go_on_at_the_same_time(with_index):
    async def scenario(index):
        adding = [index.add("vs_1", indexed(f"f{n}", f"The heron {n}.")) for n in range(20)]
        looking = [index.search(["vs_1"], "heron", limit=5, only={}) for _ in range(20)]
        await asyncio.gather(*adding, *looking)
        return await index.files("vs_1")

    assert with_index(scenario) == {f"f{n}" for n in range(20)}


def test_a_file_beyond_the_limit_is_refused(with_index, monkeypatch):
    monkeypatch.setattr("understudy_rag.index.MAX_BYTES", 2**20)

    async def scenario(index):
        with pytest.raises(Unsearchable, match="larger than 1 MB") as caught:
            await index.add("vs_1", indexed("f1", b"x" * (2**20 + 1)))
        return caught.value.code

    assert with_index(scenario) == "invalid_file"


def test_one_long_line_is_no_problem(with_index):
    async def scenario(index):
        await index.add("vs_1", indexed("f1", "word " * 500_000 + "heron"))
        return await index.search(["vs_1"], "heron", limit=1, only={})

    assert with_index(scenario)[0].text.endswith("heron")
