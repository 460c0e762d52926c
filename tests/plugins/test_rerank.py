"""A plugin that reranks: an installed distribution has its say in a search, unless told not to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from understudy import Host, hookimpl
from understudy.objects import NewFile, RankingOptions

TEXTS = {
    "rent.txt": "The rent, the rent, the rent is due.",
    "note.txt": "URGENT: a word about the rent of the garage, the cellar and the attic.",
}


async def filled(host: Host, texts: dict[str, str], folder: Path) -> str:
    store = await host.vector_stores.create()
    for name, text in texts.items():
        (folder / name).write_text(text)
        file = await host.upload(folder / name)
        await host.vector_store_files.add(store.id, NewFile(file_id=file.id))
    assert await host.vector_stores.settled([store.id], seconds=30)
    return store.id


def in_host(root: Path, ask: Callable[[Host], Awaitable[Any]], **options: Any) -> Any:
    async def main() -> Any:
        async with Host(root, **options) as host:
            return await ask(host)

    return asyncio.run(main())


def test_an_installed_plugin_reranks_unless_the_ranker_is_none(installed, tmp_path) -> None:
    async def ask(host: Host) -> list[list[str]]:
        store_id = await filled(host, TEXTS, tmp_path)
        names = []
        for ranker in ("auto", "none"):
            ranking = RankingOptions(ranker=ranker)
            found = await host.vector_stores.search([store_id], "rent", ranking=ranking)
            names.append([result.filename for result in found])
        return names

    settings = {"plugins": ["acme-rerank"]}
    reranked, plain = in_host(tmp_path / "root", ask, settings=settings)
    assert reranked == ["note.txt", "rent.txt"]
    assert plain == ["rent.txt", "note.txt"]


def test_a_plugin_that_fails_leaves_the_results_and_is_reported(installed, tmp_path) -> None:
    async def ask(host: Host) -> tuple[list[str], list[str]]:
        store_id = await filled(host, {"a.txt": "They fail."}, tmp_path)
        found = await host.vector_stores.search([store_id], "fail")
        return [result.filename for result in found], list(map(str, host.plugins.failures))

    names, failures = in_host(tmp_path / "root", ask, settings={"plugins": ["acme-rerank"]})
    assert names == ["a.txt"]
    assert failures == ["plugin `urgent` failed in `rerank_results`: ValueError: no such query"]


class Backwards:
    """Turns the order round, and scores anew; remembers how much it was given."""

    name = "backwards"

    def __init__(self) -> None:
        self.given: list[int] = []

    @hookimpl
    async def rerank_results(self, results: Any) -> Any:
        self.given.append(len(results))
        return [each.model_copy(update={"score": 0.5}) for each in reversed(results)]


def test_a_reranker_has_a_choice_of_fifty_and_the_request_gets_what_it_asked_for(
    tmp_path: Path,
) -> None:
    async def ask(host: Host) -> tuple[int, int]:
        texts = {f"{n}.txt": "rent " * (n + 1) for n in range(60)}
        store_id = await filled(host, texts, tmp_path)
        found = await host.vector_stores.search([store_id], "rent", limit=3)
        strict = RankingOptions(score_threshold=0.6)
        none = await host.vector_stores.search([store_id], "rent", ranking=strict)
        return len(found), len(none)

    backwards = Backwards()
    assert in_host(tmp_path / "root", ask, plugins=[backwards]) == (3, 0)
    assert backwards.given == [50, 50]


@pytest.mark.parametrize("wrong", [["text"], 5])
def test_results_that_are_none_are_the_plugins_failure(tmp_path: Path, wrong: Any) -> None:
    class Wrong:
        name = "wrong"

        @hookimpl
        async def rerank_results(self) -> Any:
            return wrong

    async def ask(host: Host) -> tuple[int, str]:
        store_id = await filled(host, TEXTS, tmp_path)
        found = await host.vector_stores.search([store_id], "rent")
        return len(found), str(host.plugins.failures[0])

    number, failure = in_host(tmp_path / "root", ask, plugins=[Wrong()])
    assert number == 2
    assert failure.startswith("plugin `wrong` failed in `rerank_results`: it gave")
