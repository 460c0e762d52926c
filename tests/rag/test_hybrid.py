"""Vector stores that are searched by words and by vectors, with a real embedding server."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from understudy import Host, Invalid
from understudy.objects import NewFile, RankingOptions
from understudy.objects.attribute_filter import ComparisonFilter
from understudy.testing.embedding_server import EmbeddingServer
from understudy.testing.model_server import call_tools, say

TEXTS = {
    "hound.txt": "A hound sleeps beside the fire.",
    "lease.txt": "The lease ends in May, says the landlord.",
    "ship.txt": "The ship left the harbour at dawn.",
}
WAIT = 30


@pytest.fixture
def configured(root: Path, embedding_server: EmbeddingServer) -> EmbeddingServer:
    """The server, as the embeddings.json of the root names it."""
    configure(root, embedding_server)
    return embedding_server


def configure(root: Path, server: EmbeddingServer, model: str = "topics", **settings: Any) -> None:
    root.mkdir(exist_ok=True)
    config = {"model": f"openai/{model}", "settings": {"base_url": server.base_url, **settings}}
    (root / "embeddings.json").write_text(json.dumps(config))


def in_host(root: Path, work: Callable[[Host], Awaitable[Any]], **options: Any) -> Any:
    async def main() -> Any:
        async with Host(root, **options) as host:
            return await asyncio.wait_for(work(host), WAIT)

    return asyncio.run(main())


async def filled(host: Host, texts: dict[str, str], **fields: Any) -> str:
    store = await host.vector_stores.create(**fields)
    await add(host, store.id, texts)
    return store.id


async def add(host: Host, store_id: str, texts: dict[str, str]) -> list[str]:
    ids = []
    folder = host.root / "uploads"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text)
        file = await host.upload(folder / name)
        await host.vector_store_files.add(store_id, NewFile(file_id=file.id))
        ids.append(file.id)
    assert await host.vector_stores.settled([store_id], seconds=WAIT)
    return ids


def rows(root: Path, store_id: str, query: str) -> list[Any]:
    path = root / "vector_stores" / store_id / "index.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


async def embedded(root: Path, store_id: str, number: int) -> None:
    """Wait until so many chunks have a vector, and none is to do."""
    counts = "SELECT (SELECT count(*) FROM vec), (SELECT count(*) FROM todo)"
    async with asyncio.timeout(WAIT):
        while rows(root, store_id, counts) != [(number, 0)]:
            await asyncio.sleep(0.01)


async def found(host: Host, store_id: str, query: str, **options: Any) -> list[str]:
    results = await host.vector_stores.search([store_id], query, **options)
    return [result.filename for result in results]


def test_a_file_is_found_by_what_it_means(root, configured):
    async def work(host: Host) -> Any:
        store_id = await filled(host, TEXTS)
        await embedded(root, store_id, 3)
        results = await host.vector_stores.search([store_id], "puppy")
        return [(result.filename, result.score) for result in results]

    results = in_host(root, work)
    assert results[0] == ("hound.txt", 0.6)
    assert all(0 <= score <= 0.6 for _, score in results)


def test_words_and_vectors_add_up_as_the_request_weighs_them(root, configured):
    async def work(host: Host) -> list[str]:
        texts = {"word.txt": "Puppy is a name of ships at sea.", "like.txt": "A hound, an animal."}
        store_id = await filled(host, texts)
        await embedded(root, store_id, 2)
        best = []
        for weights in ((1, 0), (0, 1), (3e300, 1e-3)):
            hybrid = dict(zip(("text_weight", "embedding_weight"), weights, strict=True))
            ranking = RankingOptions.model_validate({"hybrid_search": hybrid})
            best.append((await found(host, store_id, "puppy", ranking=ranking))[0])
        return best

    assert in_host(root, work) == ["word.txt", "like.txt", "word.txt"]


def test_the_threshold_is_on_the_scale_of_the_scores(root, configured):
    async def work(host: Host) -> list[str]:
        store_id = await filled(host, TEXTS)
        await embedded(root, store_id, 3)
        return await found(host, store_id, "puppy", ranking=RankingOptions(score_threshold=0.5))

    assert in_host(root, work) == ["hound.txt"]


def test_a_file_is_searchable_before_it_has_a_vector_and_gets_one_when_it_is_found(
    root, configured
):
    configured.gate.clear()

    async def work(host: Host) -> Any:
        store_id = await filled(host, TEXTS)  # the background now waits for the server
        assert rows(root, store_id, "SELECT count(*) FROM vec") == [(0,)]
        configured.gate.set()
        best = await found(host, store_id, "harbour")
        lazily = rows(root, store_id, "SELECT count(*) FROM vec")[0][0]
        return best, lazily

    best, lazily = in_host(root, work)
    assert best[0] == "ship.txt"
    assert lazily >= 1


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_search_outlives_the_embedding_server(root, configured, caplog, status):
    async def work(host: Host) -> Any:
        store_id = await filled(host, TEXTS)
        await embedded(root, store_id, 3)
        for _ in range(3):
            configured.fail(status, "out of order", Retry_After="0")
        before = len(configured.requests)
        first = await found(host, store_id, "lease")
        asked = len(configured.requests)
        second = await found(host, store_id, "landlord")
        return first, second, asked - before, len(configured.requests) - asked

    first, second, asked, again = in_host(root, work)
    assert first == second == ["lease.txt"]
    assert asked in (1, 3)
    assert again == 0  # it is left in peace for a while
    assert "words alone are searched" in caplog.text
    assert "out of order" in caplog.text


def test_what_was_not_embedded_is_taken_up_by_the_next_process(root, configured):
    for _ in range(3):
        configured.fail(503, "starting", Retry_After="0")

    async def first(host: Host) -> str:
        return await filled(host, TEXTS)

    async def second(host: Host) -> list[str]:
        await found(host, store_id, "anything else")
        await embedded(root, store_id, 3)
        return await found(host, store_id, "puppy")

    store_id = in_host(root, first)
    configured._failures.clear()
    assert in_host(root, second)[0] == "hound.txt"


ADDING = """
import asyncio, sys
from understudy import Host
from understudy.objects import NewFile

async def main():
    async with Host(sys.argv[1]) as host:
        store = await host.vector_stores.create()
        for name in sys.argv[2:]:
            file = await host.upload(name)
            await host.vector_store_files.add(store.id, NewFile(file_id=file.id))
        await host.vector_stores.settled([store.id], seconds=30)
        print(store.id, flush=True)
        await asyncio.Event().wait()  # until it is killed

asyncio.run(main())
"""


def test_what_a_killed_process_left_undone_is_made_by_the_next(root, configured, tmp_path):
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    configured.gate.clear()
    names = [str(tmp_path / name) for name in TEXTS]
    with subprocess.Popen(
        [sys.executable, "-c", ADDING, str(root), *names], stdout=subprocess.PIPE, text=True
    ) as process:
        store_id = process.stdout.readline().strip()
        assert configured.arrived.acquire(timeout=WAIT)  # it waits for its vectors now
        process.kill()
    assert rows(root, store_id, "SELECT count(*) FROM vec") == [(0,)]
    configured.gate.set()

    async def work(host: Host) -> list[str]:
        await found(host, store_id, "anything else")
        await embedded(root, store_id, 3)
        return await found(host, store_id, "puppy")

    assert in_host(root, work)[0] == "hound.txt"


def test_a_passage_that_the_server_refuses_keeps_no_other_from_its_vector(root, configured, caplog):
    configured.refuses = lambda text: "unspeakable" in text
    texts = {f"{n}.txt": f"A dog, number {n}." for n in range(9)} | {"bad.txt": "unspeakable dog"}

    async def work(host: Host) -> Any:
        store_id = await filled(host, texts)
        tries = "SELECT (SELECT count(*) FROM vec), (SELECT max(tries) FROM todo)"
        async with asyncio.timeout(WAIT):
            while rows(root, store_id, tries) != [(9, 2)]:
                await asyncio.sleep(0.01)
        return await found(host, store_id, "unspeakable")

    assert in_host(root, work)[0] == "bad.txt"
    assert "a chunk is left out" in caplog.text


def test_a_file_that_is_taken_out_takes_its_vectors_along(root, configured):
    async def work(host: Host) -> Any:
        store_id = await filled(host, TEXTS)
        [extra] = await add(host, store_id, {"puppy.txt": "A puppy, a puppy!"})
        await embedded(root, store_id, 4)
        before = await found(host, store_id, "puppy")
        await host.vector_store_files.remove(store_id, extra)
        await embedded(root, store_id, 3)
        after = await found(host, store_id, "puppy")
        await add(host, store_id, {"bread.txt": "A loaf of bread."})  # where the other one was
        await embedded(root, store_id, 4)
        return before[0], after, await found(host, store_id, "oven")

    before, after, last = in_host(root, work)
    assert before == "puppy.txt"
    assert after[0] == "hound.txt"
    assert "puppy.txt" not in after
    assert last[0] == "bread.txt"


@pytest.mark.parametrize("change", ["model", "length"])
def test_another_model_makes_all_vectors_anew_and_none_is_mixed_in(root, configured, change):
    async def first(host: Host) -> str:
        store_id = await filled(host, TEXTS)
        await embedded(root, store_id, 3)
        return store_id

    async def second(host: Host) -> list[str]:
        await found(host, store_id, "dog")
        await embedded(root, store_id, 3)
        return await found(host, store_id, "dog")

    store_id = in_host(root, first)
    old = configured.vector
    if change == "model":
        configure(root, configured, "other")
        configured.vector = lambda text: old(text)[::-1]
    else:
        configured.vector = lambda text: [*old(text), 0.0, 0.0]
    configured.requests.clear()
    assert in_host(root, second)[0] == "hound.txt"
    assert {text.partition("\n")[2] for text in configured.texts} >= set(TEXTS.values())
    lengths = rows(root, store_id, "SELECT DISTINCT length(q) FROM vec")
    assert lengths == [(len(configured.vector("")),)]


def test_filters_hold_for_what_vectors_find(root, configured):
    async def work(host: Host) -> list[str]:
        store = await host.vector_stores.create()
        ids = await add(host, store.id, {"one.txt": "A hound.", "two.txt": "A puppy."})
        await host.vector_store_files.modify(store.id, ids[0], {"year": 2001})
        await embedded(root, store.id, 2)
        wanted = ComparisonFilter(type="eq", key="year", value=2001)
        return await found(host, store.id, "pet", filters=wanted)

    assert in_host(root, work) == ["one.txt"]


def test_several_stores_are_on_one_scale(root, configured):
    async def work(host: Host) -> list[str]:
        one = await filled(host, {"far.txt": "The oven is hot, the rent is high."})
        two = await filled(host, {"near.txt": "A hound and an animal.", "sea.txt": "The sea."})
        await embedded(root, one, 1)
        await embedded(root, two, 2)
        results = await host.vector_stores.search([one, two], "puppy")
        return [result.filename for result in results]

    assert in_host(root, work)[0] == "near.txt"


def test_a_store_may_name_its_own_model_or_none(root, configured, monkeypatch):
    async def work(host: Host) -> Any:
        plain = await filled(host, TEXTS, metadata={"understudy_embeddings": "none"})
        own = await filled(host, TEXTS, metadata={"understudy_embeddings": "openai/own"})
        await embedded(root, own, 3)
        return await found(host, plain, "puppy"), await found(host, own, "puppy")

    plain, own = in_host(root, work)
    assert plain == []
    assert own[0] == "hound.txt"
    assert {asked.body["model"] for asked in configured.requests} == {"own"}


def test_the_environment_goes_before_the_file(root, configured, monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_EMBEDDINGS", "openai/from-environment")

    async def work(host: Host) -> None:
        await embedded(root, await filled(host, TEXTS), 3)

    in_host(root, work)
    assert {asked.body["model"] for asked in configured.requests} == {"from-environment"}


def test_a_store_that_names_a_provider_that_is_none_is_refused(root):
    async def work(host: Host) -> None:
        await host.vector_stores.create(metadata={"understudy_embeddings": "opnai/small"})

    with pytest.raises(Invalid, match=r"metadata\.understudy_embeddings.*`opnai`") as caught:
        in_host(root, work)
    assert "`openai`" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "embeddings.json"),
        ('{"settings": {}}', "`model`"),
        ('{"model": "opnai/m"}', "there is no embedding provider `opnai`"),
        ('{"model": "openai/m", "settings": {"base_uri": "x"}}', "there is no such setting"),
        ('{"model": "/no/such/folder"}', "has no model.onnx"),
    ],
)
def test_a_wrong_configuration_is_logged_and_words_are_searched(root, caplog, config, words):
    root.mkdir()
    (root / "embeddings.json").write_text(config)

    async def work(host: Host) -> list[str]:
        store_id = await filled(host, TEXTS)
        return await found(host, store_id, "lease")

    assert in_host(root, work) == ["lease.txt"]
    assert words in caplog.text
    assert caplog.text.count("words alone are searched") == 1


def test_without_numpy_the_best_passages_by_words_have_their_vectors(root, configured):
    code = f"""
import asyncio, sys
sys.modules["numpy"] = None
from importlib import util
find = util.find_spec
util.find_spec = lambda name, *more: None if name == "numpy" else find(name, *more)
from understudy import Host

async def main():
    async with Host({str(root)!r}) as host:
        for result in await host.vector_stores.search([sys.argv[1]], "dawn puppy landlord"):
            print(result.filename, result.score)

asyncio.run(main())
"""

    async def work(host: Host) -> Any:
        store_id = await filled(host, TEXTS | {"dawn.txt": "Dawn, and a puppy."})
        await embedded(root, store_id, 4)
        results = await host.vector_stores.search([store_id], "dawn puppy landlord")
        return store_id, [f"{result.filename} {result.score}" for result in results]

    store_id, with_numpy = in_host(root, work)
    done = subprocess.run(
        [sys.executable, "-c", code, store_id], capture_output=True, text=True, check=True
    )
    without = done.stdout.splitlines()
    assert without[0] == with_numpy[0]
    assert {line.split()[0] for line in without} <= {line.split()[0] for line in with_numpy}


@pytest.mark.parametrize(("setting", "wanted"), [({}, "hound.txt"), ({"embeddings": "none"}, None)])
def test_the_rag_tool_finds_what_is_meant_in_the_assistants_own_files(
    root, configured, write_assistant, model, setting, wanted
):
    tool = {"type": "rag", "settings": setting}
    write_assistant("keeper", {"assistant.json": {"model": "test-model", "tools": [tool]}})
    files = root / "assistants" / "keeper" / "files"
    files.mkdir()
    for name, text in TEXTS.items():
        (files / name).write_text(text)
    model.script([call_tools([("rag", {"query": "puppy"})]), say("Here.")])

    async def work(host: Host) -> Any:
        return await host.run("keeper", "Where is the puppy?")

    assert in_host(root, work).text == "Here."
    chunks = json.loads(model.requests[1].body["messages"][-1]["content"])["chunks"]
    assert (chunks[0]["file"] if chunks else None) == wanted
