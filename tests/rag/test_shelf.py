import asyncio

from understudy_rag import shelf as shelf_module
from understudy_rag.shelf import Shelf
from understudy_rag.sources import Source, beside


class Files:
    """Sources that count how often they are read."""

    def __init__(self):
        self.reads = []

    def source(self, name, text, *, version="1", size=None):
        async def read():
            self.reads.append(name)
            return text.encode()

        size = len(text) if size is None else size
        return Source(name, None, size, (name, version), read)


def search(shelf, query, *sources):
    return asyncio.run(shelf.search(query, sources, 5))


def test_a_file_is_read_once_until_it_changes():
    files, shelf = Files(), Shelf(chunk_size=400, overlap=0)
    for version in ("1", "1", "2"):
        search(shelf, "boiler", files.source("a.txt", "the boiler", version=version))
    assert files.reads == ["a.txt", "a.txt"]


def test_a_file_that_comes_twice_is_searched_once():
    source = Files().source("a.txt", "the boiler")
    found = search(Shelf(chunk_size=400, overlap=0), "boiler", source, source)
    assert (found.searched, len(found.hits)) == (1, 1)


def test_a_file_that_vanishes_while_it_is_searched_is_skipped(tmp_path):
    (tmp_path / "gone.txt").write_text("the boiler")
    sources = list(beside(tmp_path))
    (tmp_path / "gone.txt").unlink()
    found = search(Shelf(chunk_size=400, overlap=0), "boiler", *sources)
    assert [skipped.reason for skipped in found.skipped] == [
        "It could not be read: No such file or directory."
    ]


def test_headings_and_file_names_are_searched_too():
    files, shelf = Files(), Shelf(chunk_size=400, overlap=0)
    sources = [
        files.source("budget.md", "It was too little."),
        files.source("a.md", "# Boiler\nIt is old."),
        files.source("b.md", "It is new."),
    ]
    assert [hit.passage.file for hit in search(shelf, "budget", *sources).hits] == ["budget.md"]
    assert [hit.passage.file for hit in search(shelf, "boilers", *sources).hits] == ["a.md"]


def test_the_least_used_files_are_forgotten_first(monkeypatch):
    monkeypatch.setattr(shelf_module, "MAX_BYTES", 25)
    files, shelf = Files(), Shelf(chunk_size=400, overlap=0)
    for name in ("a", "b", "a", "c", "a", "b"):
        search(shelf, "boiler", files.source(name, "the boiler"))
    assert files.reads == ["a", "b", "c", "b"]


def test_files_beyond_the_limit_of_one_search_are_skipped(monkeypatch):
    monkeypatch.setattr(shelf_module, "MAX_BYTES", 25)
    files = Files()
    sources = [files.source(name, "the boiler") for name in "abc"]
    found = search(Shelf(chunk_size=400, overlap=0), "boiler", *sources)
    assert found.searched == 2
    assert [skipped.file for skipped in found.skipped] == ["c"]
