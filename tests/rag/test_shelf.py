"""What is kept of files between questions and processes; each `open` is a new process's tool."""

import json
import shutil
import sqlite3

import pytest

NOTES = {"notes.md": b"The boiler is red.", "roof.md": b"The roof is old."}


def found(result):
    return [chunk["file"] for chunk in result["chunks"]]


def index_files(searcher):
    return sorted(searcher.cache.rglob("index.sqlite3"))


def chunks_in(path):
    db = sqlite3.connect(path)
    try:
        return [row[0] for row in db.execute("SELECT text FROM chunk ORDER BY text")]
    finally:
        db.close()


def test_an_attached_file_is_read_once_for_all_processes(searcher, thread):
    first, second = thread(NOTES), thread(NOTES, id="run_2")
    searcher.search("boiler", first)
    searcher.open()
    assert found(searcher.search("boiler", second)) == ["notes.md"]
    assert sorted(first.opened) == ["file-notes.md", "file-roof.md"]
    assert second.opened == []


def test_a_file_that_comes_twice_is_searched_once(searcher, thread):
    run = thread({"notes.md": NOTES["notes.md"]})
    run.__class__ = type("Twice", (type(run),), {"files": property(lambda run: [file_of(run)] * 2)})
    result = searcher.search("boiler", run)
    assert (result["searched"], len(result["chunks"])) == (1, 1)


def file_of(run):
    from understudy.objects import File

    return File(id="file-notes.md", bytes=1, created_at=1, filename="notes.md")


def test_files_of_other_threads_are_never_found(searcher, thread):
    searcher.search("secret", thread({"a.txt": b"The secret is 42."}))
    other = thread({"b.txt": b"Nothing to see."}, id="run_2", thread_id="thread_2")
    assert found(searcher.search("secret", other)) == []
    assert found(searcher.search("secret", thread())) == []


def test_a_deleted_attachment_leaves_the_index(searcher, thread):
    searcher.search("boiler", thread(NOTES))
    searcher.search("boiler", thread({"roof.md": NOTES["roof.md"]}))
    (path,) = index_files(searcher)
    assert chunks_in(path) == ["The roof is old."]


def test_other_sizes_cut_anew(searcher, thread):
    run = thread({"a.txt": b"The boiler is red and new. " * 20})
    assert len(searcher.search("boiler", run)["chunks"]) == 1
    searcher.open(chunk_size=100, chunk_overlap=0)
    assert len(searcher.search("boiler", run)["chunks"]) == 5


def test_the_index_may_be_deleted_at_any_time(searcher):
    searcher.write("notes.md", "The boiler is red.")
    searcher.search("boiler")
    shutil.rmtree(searcher.cache)
    assert found(searcher.search("boiler")) == ["notes.md"]
    searcher.open()
    assert found(searcher.search("boiler")) == ["notes.md"]


@pytest.mark.parametrize("how", ["overwritten", "cut", "emptied"])
def test_a_damaged_index_is_made_again_and_that_is_said(searcher, caplog, how):
    searcher.write("notes.md", "The boiler is red.")
    searcher.search("boiler")
    searcher.close()
    (path,) = index_files(searcher)
    data = path.read_bytes()
    damaged = {"overwritten": b"no database" * 500, "cut": data[: len(data) // 2], "emptied": b""}
    path.write_bytes(damaged[how])
    searcher.open()
    assert found(searcher.search("boiler")) == ["notes.md"]
    if how != "emptied":
        assert "was damaged and is set aside" in caplog.text
        assert "The files are read again." in caplog.text


def test_where_nothing_can_be_kept_it_searches_all_the_same(searcher, thread):
    searcher.cache.write_text("a file where the folder should be")
    searcher.open()
    assert found(searcher.search("boiler", thread(NOTES))) == ["notes.md"]


def test_what_was_noted_of_damaged_files_is_only_a_cache(searcher, thread):
    files = {"scan.pdf": b"%PDF-1.7 ...", **NOTES}
    assert searcher.search("boiler", thread(files))["skipped"]
    (noted,) = searcher.cache.rglob("*.json")
    for content in ("", "[]", json.dumps({"version": "0", "reasons": {}}), '{"version": 1}'):
        noted.write_text(content)
        searcher.open()
        result = searcher.search("boiler", thread(files))
        assert (found(result), len(result["skipped"])) == (["notes.md"], 1)


def test_a_damaged_file_is_not_tried_again_by_the_next_process(searcher, thread):
    files = {"scan.pdf": b"%PDF-1.7 ..."}
    first, second = thread(files), thread(files, id="run_2")
    reason = searcher.search("boiler", first)["skipped"]
    searcher.open()
    assert searcher.search("boiler", second)["skipped"] == reason
    assert second.opened == []


def test_an_unreadable_file_is_named_once_in_each_thread(searcher, thread):
    files = {"scan.png": b"\x89PNG"}
    named = [
        len(searcher.search("x", thread(files, id=f"run_{at}", thread_id=id_))["skipped"])
        for at, id_ in enumerate(("thread_1", "thread_1", "thread_2"))
    ]
    assert named == [1, 0, 1]
