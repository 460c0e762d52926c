"""The fingerprint changes with every file that matters, and with nothing else."""

import os

import pytest

from understudy.folder import expand_instructions, fingerprint, read_folder

FILES = {"assistant.json": {"name": "a"}, "src/index.js": "1", "src/lib/deep/x.mjs": "1"}


@pytest.mark.parametrize(
    "name",
    [
        *FILES,
        "model.json",
        "package.json",
        "AGENTS.md",
        "INSTRUCTIONS.md",
        "index.js",
        "dist/new.cjs",
    ],
)
def test_a_file_that_matters_is_noticed(make, name):
    folder = make(FILES)
    before = fingerprint(folder)
    make({name: "{  }"})
    changed = fingerprint(folder)
    assert changed != before
    (folder / name).unlink()
    assert fingerprint(folder) != changed


def test_an_edit_that_keeps_size_and_time_is_noticed(make):
    folder = make(FILES)
    old = (folder / "assistant.json").stat()
    before = fingerprint(folder)
    (folder / "assistant.json").write_text('{"name": "b"}')
    os.utime(folder / "assistant.json", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert fingerprint(folder) != before


@pytest.mark.parametrize(
    "name",
    [
        "threads/t/thread.json",
        "files/f/file.json",
        "node_modules/m/index.js",
        "README.md",
        ".x/a.js",
    ],
)
def test_data_and_foreign_files_do_not_matter(make, name):
    folder = make(FILES)
    before = fingerprint(folder)
    make({name: "{}"})
    assert fingerprint(folder) == before


def test_what_was_read_carries_the_fingerprint_of_its_files(make):
    folder = make(FILES)
    found = read_folder(folder)
    assert found.fingerprint == fingerprint(folder)
    make({"assistant.json": {"name": "b"}})
    assert found.fingerprint != fingerprint(folder)


def test_the_date_is_filled_in_where_instructions_ask_for_it():
    noon = 1700049600  # 2023-11-15 12:00 UTC: the 15th nearly everywhere
    text = "Today is {{current_date}}, {{ current_date }}; {{name}} stays."
    assert expand_instructions(text, noon) == "Today is 2023-11-15, 2023-11-15; {{name}} stays."
