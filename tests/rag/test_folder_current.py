"""`files/` beside assistant.json: what is done there by hand is seen at the next question."""

import os

import pytest


def found(searcher, query="boiler"):
    return sorted(chunk["file"] for chunk in searcher.search(query)["chunks"])


@pytest.fixture
def notes(searcher):
    path = searcher.write("notes.txt", "The boiler is red.")
    assert found(searcher) == ["notes.txt"]
    return path


def test_a_new_file_is_found(searcher, notes):
    searcher.write("deep/er/new.txt", "Another boiler.")
    assert found(searcher) == ["deep/er/new.txt", "notes.txt"]


def test_a_changed_file_is_read_again(searcher, notes):
    notes.write_text("The boiler is blue now.")
    result = searcher.search("boiler")
    assert [chunk["text"] for chunk in result["chunks"]] == ["The boiler is blue now."]


def test_a_change_that_keeps_size_and_time_is_seen(searcher, notes):
    before = notes.stat()
    notes.write_text("The boiler is new.")
    os.utime(notes, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert searcher.search("boiler")["chunks"][0]["text"] == "The boiler is new."


def test_a_deleted_file_is_gone(searcher, notes):
    notes.unlink()
    assert searcher.search("boiler") == {"chunks": [], "skipped": [], "searched": 0}


def test_a_renamed_file_has_its_new_name(searcher, notes):
    notes.rename(notes.with_name("heating.txt"))
    assert found(searcher) == ["heating.txt"]
    assert found(searcher, "heating") == ["heating.txt"]
    assert found(searcher, "notes") == []


def test_the_next_process_reads_no_file_that_is_unchanged(searcher, notes, monkeypatch):
    searcher.open()
    monkeypatch.setattr("pathlib.Path.open", lambda *_args: pytest.fail("a file was opened"))
    assert found(searcher) == ["notes.txt"]


def test_a_file_that_may_not_be_read_is_named(searcher, notes):
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    notes.chmod(0)
    skipped = searcher.search("boiler")["skipped"]
    assert skipped == [{"file": "notes.txt", "reason": "It could not be read: Permission denied."}]


def test_a_file_that_vanishes_while_it_is_read_is_named(searcher, monkeypatch):
    path = searcher.write("gone.txt", "The boiler is red.")
    opened = type(path).open

    def vanish(self, *args, **options):
        if self == path:
            path.unlink()
        return opened(self, *args, **options)

    monkeypatch.setattr("pathlib.Path.open", vanish)
    assert searcher.search("boiler")["skipped"] == [
        {"file": "gone.txt", "reason": "It could not be read: No such file or directory."}
    ]


def test_a_name_that_is_no_text_is_found_too(searcher):
    folder = searcher.folder / "files"
    folder.mkdir()
    with open(os.fsencode(folder) + b"/caf\xe9.txt", "w") as file:
        file.write("The boiler is red.")
    assert found(searcher) == ["caf\N{REPLACEMENT CHARACTER}.txt"]


def test_a_thousand_files_are_kept_current(searcher):
    for n in range(1_000):
        searcher.write(f"{n % 10}/{n}.txt", f"The boiler number {n} is red.")
    assert searcher.search("boiler")["searched"] == 1_000
    (searcher.folder / "files" / "7" / "777.txt").unlink()
    assert searcher.search("777")["searched"] == 999
    assert found(searcher, "776") == ["6/776.txt"]
