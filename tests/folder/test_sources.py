"""Whether an assistant must be read again: every change that matters shows."""

from __future__ import annotations

import os

import pytest

from understudy.folder import Sources


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "poet"
    (folder / "threads").mkdir(parents=True)
    (folder / "assistant.json").write_text('{"name": "Poet"}')
    (folder / "notes.txt").write_text("")
    return folder


def look(*folders):
    return Sources.of([os.fspath(folder) for folder in folders])


def age(*paths):
    """As if the last change had been long ago, as far as a program can say so."""
    for path in paths:
        os.utime(path, (1, 1))


def test_nothing_has_changed_if_nobody_did_anything(folder, tmp_path):
    assert look(folder).are_unchanged()
    assert look(tmp_path / "nowhere", folder).are_unchanged()


@pytest.mark.parametrize(
    "change",
    [
        lambda f: (f / "assistant.json").write_text('{"name": "Bard"}'),
        lambda f: (f / "assistant.json").unlink(),
        lambda f: (f / "AGENTS.md").write_text("Rhyme."),
        lambda f: (f / "model.json").write_text("{}"),
        lambda f: (f / "src").mkdir(),
        lambda f: f.rename(f.with_name("gone")),
    ],
)
def test_a_change_shows_even_if_the_times_are_put_back(folder, change):
    age(folder / "assistant.json", folder)
    seen = look(folder)
    change(folder)
    if (folder / "assistant.json").exists():
        age(folder / "assistant.json", folder)
    assert not seen.are_unchanged()


def test_what_does_not_make_the_assistant_is_not_watched(folder):
    seen = look(folder)
    (folder / "notes.txt").write_text("changed")
    (folder / "threads" / "thread_1").mkdir()
    assert seen.are_unchanged()


def test_a_folder_that_appears_before_another_shows(folder, tmp_path):
    first = tmp_path / "first"
    seen = look(first, folder)
    first.mkdir()
    assert not seen.are_unchanged()


def test_what_changed_a_moment_ago_may_change_once_more_in_the_same_tick(folder):
    (folder / "assistant.json").write_text("{}")
    assert not look(folder).are_settled()
