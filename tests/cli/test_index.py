"""`understudy index`: vector stores on the command line."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from understudy.testing.documents import pdf
from understudy_rag.commands import command

NOTES = {
    "house.md": "# House\n\nThe boiler is serviced every October.\n",
    "deep/garden.txt": "Roses need pruning in March.\n",
    ".hidden/secret.txt": "The boiler is hidden.\n",
}


@pytest.fixture
def notes(tmp_path):
    """A folder of files that were changed a while ago."""
    folder = tmp_path / "notes"
    for name, text in NOTES.items():
        write(folder / name, text)
    return folder


def write(path, content, at=1_700_000_000):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (at, at))
    return path


def files(understudy, store="notes"):
    return {
        row["file"]: row["status"] for row in understudy("index", "list", store, "--json").json()
    }


def test_a_folder_becomes_a_store_that_can_be_searched(understudy, notes):
    done = understudy("index", "add", "notes", notes)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("notes (vs_")
    assert done.out.endswith("): 2 added, 0 unchanged\n")
    found = understudy("index", "search", "notes", "boiler", "service")
    assert found.out.startswith("house.md, line 1  1.00  House\n  # House The boiler is")
    assert "hidden" not in found.out


def test_what_programs_read(understudy, notes):
    added = understudy("index", "add", "notes", notes, "--json").json()
    assert {**added, "vector_store": ""} == {
        "vector_store": "",
        "name": "notes",
        "added": 2,
        "replaced": 0,
        "unchanged": 0,
        "failed": [],
    }
    [store] = understudy("index", "list", "--json").json()
    assert (store["id"], store["files"], store["failed"]) == (added["vector_store"], 2, 0)
    [best] = understudy("index", "search", store["id"], "boiler", "--json").json()
    assert {**best, "file_id": "", "text": best["text"].strip()} == {
        "file": "house.md",
        "file_id": "",
        "page": None,
        "line": 1,
        "heading": "House",
        "start": 0,
        "end": len(best["text"]),
        "score": 1.0,
        "text": NOTES["house.md"].strip(),
    }


def test_a_page_is_named(understudy, tmp_path):
    pytest.importorskip("pypdfium2")
    lease = write(tmp_path / "lease.pdf", pdf("The rent is 900 euros.", "Dogs are allowed."))
    understudy("index", "add", "notes", lease)
    found = understudy("index", "search", "notes", "rent").out
    assert found.startswith("lease.pdf, page 1  ")


def test_unchanged_files_are_left_alone_and_changed_ones_replaced(understudy, notes):
    understudy("index", "add", "notes", notes)
    before = understudy("index", "list", "notes", "--json").json()
    assert understudy("index", "add", "notes", notes).out.endswith("): 0 added, 2 unchanged\n")
    assert understudy("index", "list", "notes", "--json").json() == before
    write(notes / "house.md", "The boiler was sold.\n")
    done = understudy("index", "add", "notes", notes)
    assert done.out.endswith("): 1 added, 1 unchanged, 1 replaced\n")
    assert files(understudy) == {"garden.txt": "completed", "house.md": "completed"}
    assert understudy("index", "search", "notes", "October").out == ""


def test_a_file_that_cannot_be_read_is_named_and_hides_no_other(understudy, notes):
    write(notes / "scan.pdf", b"%PDF-1.7 ...")
    done = understudy("index", "add", "notes", notes)
    assert done.code == 1
    assert "Not searchable: scan.pdf. " in done.err
    assert done.out.endswith("): 2 added, 0 unchanged, 1 not searchable\n")
    assert files(understudy)["scan.pdf"] == "failed"
    assert understudy("index", "search", "notes", "boiler").out


def test_nothing_found_is_said(understudy, notes):
    understudy("index", "add", "notes", notes)
    done = understudy("index", "search", "notes", "zebra")
    assert (done.code, done.out, done.err) == (0, "", "Nothing in notes matches.\n")


def test_a_file_is_taken_out_by_name(understudy, notes, root):
    understudy("index", "add", "notes", notes)
    assert understudy("index", "remove", "notes", "house.md").out == "Removed house.md.\n"
    assert files(understudy) == {"garden.txt": "completed"}
    assert len(list((root / "files").iterdir())) == 2
    assert (notes / "house.md").exists()


def test_a_store_is_removed_with_its_originals_if_asked(understudy, notes, root):
    understudy("index", "add", "notes", notes)
    assert understudy("index", "remove", "notes", "--originals").code == 0
    assert understudy("index", "list", "--json").json() == []
    assert list((root / "files").iterdir()) == []
    assert (notes / "house.md").exists()


def test_an_index_is_made_anew_from_the_originals(understudy, notes, root):
    understudy("index", "add", "notes", notes)
    for path in notes.rglob("*.*"):
        if path.is_file():
            path.unlink()
    [index] = root.glob("vector_stores/*/index.sqlite3")
    index.unlink()
    assert understudy("index", "rebuild", "notes").out == "notes: 2 files can be searched\n"
    assert understudy("index", "search", "notes", "boiler").out


def test_a_wrong_name_is_answered_with_the_nearest(understudy, notes):
    understudy("index", "add", "notes", notes)
    done = understudy("index", "search", "note", "boiler")
    assert done.code == 1
    assert done.err == 'Error: There is no vector store called "note".\nDid you mean "notes"?\n'
    done = understudy("index", "remove", "notes", "gone.md")
    assert done.err.startswith(
        'Error: There is no file "gone.md" in notes.\n`understudy index list'
    )
    assert understudy("index", "add", "vs_gone", notes).code == 1


@pytest.mark.parametrize(
    "misuse",
    [("add", "notes"), ("add", "notes", "/no/such"), ("search", "notes"), ("search", "notes", " ")],
)
def test_misuse_is_told(understudy, misuse):
    assert understudy("index", *misuse).code == 2


def test_an_empty_folder_is_refused(understudy, tmp_path):
    (tmp_path / "empty").mkdir()
    done = understudy("index", "add", "notes", tmp_path / "empty")
    assert (done.code, "There are no files in" in done.err) == (1, True)
    assert understudy("index", "list", "--json").json() == []


def test_a_name_cannot_steer_the_terminal(understudy, tmp_path):
    understudy("index", "add", "notes", write(tmp_path / "a\x1b[31m.txt", "red boiler"))
    assert "\x1b" not in understudy("index", "list", "notes").out
    assert "\x1b" not in understudy("index", "search", "notes", "boiler").out


def test_help_teaches_with_examples(understudy):
    for sub in ((), ("add",), ("list",), ("search",), ("remove",), ("rebuild",)):
        assert "Examples:\n" in understudy("index", *sub, "--help").out


def test_the_page_names_every_command_and_option():
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    section = page.split("\n## index\n")[1].split("\n## ")[0]
    for name, sub in command.commands.items():
        assert f"`{name} " in section
        for parameter in sub.params:
            if isinstance(parameter, click.Option):
                assert parameter.help
                assert f"`{parameter.opts[0]}" in section


def test_a_file_that_cannot_be_read_is_named_each_time(understudy, tmp_path):
    junk = tmp_path / "junk.bin"
    junk.write_bytes(bytes(range(256)) * 8)
    for _ in range(2):
        done = understudy("index", "add", "junk", str(junk))
        assert done.code == 1
        assert "junk.bin" in done.err
        assert done.out.endswith(", 1 not searchable\n")
        assert "): 0 added, 0 unchanged" in done.out
    assert understudy("index", "add", "junk", junk, "--json").json()["added"] == 0
