"""`understudy doctor`: everything is looked at, whatever is broken."""

from __future__ import annotations

import pytest


def states(findings: list[dict]) -> dict[str, str]:
    return {finding["what"]: finding["state"] for finding in findings}


def test_all_is_well(understudy, model, write_assistant):
    model.models = ("one", "two")
    write_assistant("fine", {"assistant.json": {}})
    done = understudy("doctor")
    assert done.code == 0
    assert "1 of your own, 5 built in" in done.out
    assert "models: " in done.out
    assert set(states(understudy("doctor", "--json").json()).values()) == {"ok"}


def test_no_model_is_a_warning_with_a_way_out(understudy):
    done = understudy("doctor", "--json")
    findings = {finding["what"]: finding for finding in done.json()}
    assert done.code == 0
    assert findings["models"]["state"] == "warning"
    assert "OPENAI_BASE_URL" in findings["models"]["hint"]


def test_it_leaves_nothing_behind(understudy):
    understudy("doctor")
    assert understudy("list", "--threads", "--json").json() == []


def test_a_broken_assistant_is_named(understudy, write_assistant):
    write_assistant("broken", {"assistant.json": "{}", "src/index.js": "throw new Error('no')"})
    done = understudy("doctor")
    assert done.code == 1
    assert "assistants: with errors: broken" in done.out
    assert "understudy validate broken" in done.out
    assert "JavaScript: V8 computes" in done.out


def test_ones_own_copy_of_the_tutor_is_not_what_is_checked(understudy, write_assistant):
    write_assistant("math-tutor", {"assistant.json": {"name": "Mine"}, "src/index.js": "throw 1"})
    found = states(understudy("doctor", "--json").json())
    assert found["JavaScript"] == "ok"
    assert found["assistants"] == "error"


def test_a_root_that_cannot_be_written_does_not_hide_the_rest(understudy, root):
    root.mkdir()
    (root / "threads").write_text("a file where a folder should be")
    done = understudy("doctor", "--json")
    found = states(done.json())
    assert (done.code, found["data root"], found["JavaScript"]) == (1, "error", "ok")


@pytest.mark.parametrize("broken", ["hook", "store"])
def test_a_broken_plugin_is_named_and_does_not_hide_the_rest(
    understudy, tmp_path, monkeypatch, broken
):
    group = {"hook": "hooks", "store": "stores"}[broken]
    name = {"hook": "moody", "store": "files"}[broken]
    metadata = tmp_path / "site" / "moody-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: moody\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[understudy.{group}]\n{name} = moody\n")
    (tmp_path / "site" / "moody.py").write_text("raise RuntimeError('not today')\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    done = understudy("doctor", "--json")
    found = states(done.json())
    assert done.code == 1
    assert found["installation"] == "ok"
    assert "moody" in done.out
    assert broken == "store" or found["JavaScript"] == "ok"
