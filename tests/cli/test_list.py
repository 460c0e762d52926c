"""`understudy list`: assistants and threads."""

from __future__ import annotations

import pytest

BUILT_IN = ["jan", "librarian", "math-tutor", "researcher", "shakespeare"]


def test_own_assistants_come_before_the_built_in_ones(understudy, write_assistant):
    write_assistant("poet", {"assistant.json": {"name": "The\nPoet", "description": "Verse."}})
    done = understudy("list")
    head, first, *others = done.out.splitlines()
    assert head.split() == ["ID", "NAME", "ORIGIN", "ERRORS", "DESCRIPTION"]
    assert first.split() == ["poet", "The", "Poet", "own", "Verse."]
    assert [line.split()[0] for line in others] == BUILT_IN


def test_a_broken_assistant_is_listed_with_its_errors(understudy, write_assistant):
    write_assistant("broken", {"assistant.json": '{"name": '})
    write_assistant("fine", {"assistant.json": {"name": "Fine"}})
    rows = {row["id"]: row for row in understudy("list", "--json").json()}
    assert rows["broken"]["errors"] == 1
    assert rows["broken"]["name"] is None
    assert rows["fine"]["errors"] == 0
    assert understudy("list").code == 0


def test_threads_are_listed_the_newest_first_with_how_they_begin(understudy, write_assistant):
    own = "This one keeps its threads in its own folder."
    source = "export function* invoke() { yield 'ok'; }"
    about = {"thread_location": "ROOT/assistants/keeper/threads"}
    write_assistant("keeper", {"assistant.json": about, "src/index.js": source})
    assert "There are no threads yet" in understudy("list", "--threads").err
    asked = ("1+1", "2+2 " + "and more " * 20, own)
    for assistant, question in zip(("math-tutor", "math-tutor", "keeper"), asked, strict=True):
        understudy("run", assistant, question)
    rows = understudy("list", "--threads", "--json").json()
    assert [row["begins"][:3] for row in rows] == ["Thi", "2+2", "1+1"]
    assert rows[1]["begins"].endswith("…")
    done = understudy("list", "--threads", "--limit", "2")
    assert len(done.out.splitlines()) == 3
    assert "--limit N" in done.err


def test_escape_sequences_in_somebodys_file_do_not_reach_the_terminal(understudy, write_assistant):
    write_assistant("sly", {"assistant.json": {"name": "a\x1b]52;c;eA==\x07b"}})
    assert "\x1b" not in understudy("list").out
    assert "\x07" not in understudy("show", "sly").out


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_misuse(understudy, limit):
    assert understudy("list", "--limit", limit).code == 2
