"""`understudy new`: every template runs as it is made, and nothing is ever overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from understudy.cli.new import TEMPLATES
from understudy.testing.model_server import call_tools, say


def test_the_plain_template_answers_with_a_model(understudy, model):
    done = understudy("new", "poet")
    assert done.code == 0
    assert Path(done.out.strip(), "assistant.json").is_file()
    assert 'understudy run poet "Who are you?"' in done.err
    assert understudy("run", "poet", "Who are you?").out == "You said: Who are you?\n"
    assert model.requests[0].body["messages"][0]["content"].startswith("You are poet.")


def test_the_code_template_answers_without_a_model(understudy):
    understudy("new", "dice", "--template", "code")
    assert understudy("run", "dice", "Roll 3d1.").out == "3d1: 1 + 1 + 1 = 3\n"
    assert "Ask me to roll dice" in understudy("run", "dice", "Hello").out
    done = understudy("run", "dice", "Roll 0d6.")
    assert done.code == 1
    assert '"0d6" are no dice' in done.err


def test_the_documents_template_gives_the_model_what_its_files_say(understudy, model):
    folder = Path(understudy("new", "clerk", "--template", "documents").out.strip())
    (folder / "files" / "lease.md").write_text("# Lease\n\nThe deposit is 900 crowns.\n")
    model.script([call_tools([("rag", {"query": "How much is the deposit?"})]), say("900 crowns.")])
    assert understudy("run", "clerk", "How much is the deposit?").out == "900 crowns.\n"
    assert "The deposit is 900 crowns." in model.requests[1].body["messages"][-1]["content"]


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.iterdir()))
def test_a_new_assistant_has_nothing_wrong_and_no_placeholder_left(understudy, template):
    folder = Path(understudy("new", "some-name", "--template", template).out.strip())
    assert understudy("validate", "some-name", "--json").json() == {"some-name": []}
    for file in folder.rglob("*.js*"):
        assert "NAME" not in file.read_text()


def test_a_copy_has_its_own_identity_and_leaves_conversations_behind(understudy, write_assistant):
    about = '{\n  "id": "old", // kept\n  "created_at": 1,\n  "name": "Old",\n}\n'
    folder = write_assistant(
        "old",
        {
            "assistant.json": about,
            "src/index.js": "export function* invoke() { yield 'hi'; }",
            "src/threads/knot.js": "export const knot = 1;",
            "threads/thread_1/thread.json": {"id": "thread_1"},
            "node_modules/left-pad/index.js": "",
        },
    )
    folder.joinpath("src/index.js").chmod(0o444)
    copy = Path(understudy("new", "young", "--from", "old").out.strip())
    found = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
    text = (copy / "assistant.json").read_text()
    assert found == {"assistant.json", "src/index.js", "src/threads/knot.js"}
    assert '"id": "young", // kept' in text
    assert '"created_at": 1,' not in text
    (copy / "src" / "index.js").write_text("export function* invoke() { yield 'ho'; }")
    assert understudy("run", "young", "Hi").out == "ho\n"
    assert understudy("run", "old", "Hi").out == "hi\n"


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "with space", "", "x" * 129])
def test_a_name_that_cannot_be_a_folder_is_refused(understudy, root, name):
    done = understudy("new", name)
    assert (done.code, done.out) == (2, "")
    assert "Use letters, digits, - and _" in done.err
    assert not root.exists()


def test_a_taken_name_is_refused_and_nothing_is_overwritten(understudy, root):
    understudy("new", "poet")
    file = root / "assistants" / "poet" / "assistant.json"
    file.write_text('{"name": "Mine"}')
    done = understudy("new", "poet", "--template", "code")
    assert done.code == 1
    assert "There is an assistant `poet` already" in done.err
    assert file.read_text() == '{"name": "Mine"}'
    assert [path.name for path in file.parents[1].iterdir()] == ["poet"]


def test_the_name_of_a_built_in_assistant_is_free_only_for_a_copy_of_it(understudy):
    refused = understudy("new", "jan")
    assert refused.code == 1
    assert "`--from jan` makes a copy that takes its place" in refused.err
    assert understudy("new", "jan", "--from", "jan").code == 0
    rows = understudy("list", "--json").json()
    assert [row["origin"] for row in rows if row["id"] == "jan"] == ["own"]


def test_an_unknown_origin_is_told_with_a_suggestion(understudy, root):
    done = understudy("new", "mine", "--from", "math-tuter")
    assert done.code == 1
    assert "Did you mean `math-tutor`?" in done.err
    assert not (root / "assistants" / "mine").exists()


def test_a_root_that_cannot_be_written_is_told(understudy, tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "assistants").write_text("a file where a folder should be")
    done = understudy("new", "poet")
    assert done.code == 1
    assert "cannot be made" in done.err
    assert "--root DIR" in done.err


def test_of_two_that_make_the_same_name_one_wins(start, root):
    racing = [start("new", "poet", "--json") for _ in range(2)]
    ends = [(*race.communicate(), race.returncode) for race in racing]
    assert sorted(code for _, _, code in ends) == [0, 1]
    made = json.loads(next(out for out, _, code in ends if code == 0))
    assert made == {"id": "poet", "folder": str(root / "assistants" / "poet")}
    assert all("Traceback" not in err for _, err, _ in ends)
    assert [path.name for path in (root / "assistants").iterdir()] == ["poet"]
