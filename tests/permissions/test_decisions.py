"""Decisions: what they are about, where they are kept, and when they no longer count."""

import json
import os
import shutil

import pytest

from understudy import Invalid, SyncHost
from understudy.permissions.digests import changes, digests, is_data

PACKAGE = {"understudy": {"permissions": {"net": ["example.com"], "files": "read"}}}
CODE = "export function* invoke() { yield 'hi'; }"


@pytest.fixture
def folder(write_assistant):
    return write_assistant("poet", {"src/index.js": CODE, "package.json": PACKAGE})


def test_nothing_is_granted_before_a_decision(folder, standing):
    found = standing("poet")
    assert (found.state, found.grant.is_empty, found.grant.trusted) == ("new", True, False)
    assert found.asked.net == ("example.com",)
    assert found.is_open


def test_built_in_ones_are_trusted(standing):
    found = standing("math-tutor")
    assert (found.state, found.grant.trusted) == ("builtin", True)


def test_a_folder_that_hides_a_built_in_one_is_a_stranger(write_assistant, standing):
    write_assistant("jan", {"assistant.json": {}})
    assert standing("jan").state == "new"


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("src/index.js", True),
        ("package.json", True),
        ("model.json", True),
        ("models/m/model.json", True),
        ("AGENTS.md", True),
        ("src/.hidden.js", True),
        (".env", True),
        ("node_modules/left-pad/index.js", True),
        ("data/code.mjs", True),
        ("files/report.pdf", False),
        ("data/state.json", False),
        ("memory/x.txt", False),
        ("threads/t/messages.jsonl", False),
        (".git/index", False),
    ],
)
def test_a_decision_holds_until_what_it_is_about_changes(folder, allow, standing, path, counts):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    allow("poet")
    assert standing("poet").state == "allowed"
    file.write_text("[]" if path.endswith(".json") else "changed")
    found = standing("poet")
    assert found.state == ("changed" if counts else "allowed")
    assert found.grant.is_empty is counts


def test_a_change_that_hides_behind_its_time_and_size_is_seen(folder, allow, standing):
    allow("poet")
    file = folder / "src" / "index.js"
    before = file.stat()
    file.write_text(CODE.replace("hi", "ho"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert standing("poet").state == "changed"


def test_a_change_back_is_no_change(folder, allow, standing):
    allow("poet")
    (folder / "src" / "index.js").write_text("x")
    assert standing("poet").changes == ("src/index.js (changed)",)
    (folder / "src" / "index.js").write_text(CODE)
    assert standing("poet").state == "allowed"


def test_a_copy_under_another_name_has_no_decision(folder, allow, standing):
    allow("poet")
    shutil.copytree(folder, folder.with_name("twin"))
    assert standing("twin").state == "new"


def test_a_deleted_assistants_name_carries_nothing_over(folder, allow, go, root, standing):
    (folder / "assistant.json").write_text("{}")
    allow("poet")
    shutil.copytree(folder, root / "kept")

    async def delete(host):
        await host.assistants.delete("poet")

    go(delete)
    shutil.move(root / "kept", folder)
    assert standing("poet").state == "new"


def test_a_host_that_is_open_sees_what_others_decide(folder, root):
    (folder / "src" / "index.js").write_text(
        "export async function* invoke(run) { yield (await run.files.list()).length + ''; }"
    )
    with SyncHost(root) as host, SyncHost(root) as other:
        with pytest.raises(Exception, match="understudy trust poet"):
            host.run("poet", "Hi")
        other.permissions.allow(other.assistants.folder("poet"), trusted=False)
        assert host.run("poet", "Hi").text == "2"
        other.permissions.revoke("poet")
        with pytest.raises(Exception, match="understudy trust poet"):
            host.run("poet", "Hi")


# -- the file


def test_only_the_user_can_read_and_write_the_decisions(folder, allow, root):
    allow("poet")
    assert (root / "permissions.json").stat().st_mode & 0o777 == 0o600
    assert not list(root.glob(".permissions*"))


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_decisions_that_others_could_have_written_do_not_count(folder, allow, root, standing, mode):
    allow("poet")
    (root / "permissions.json").chmod(mode)
    assert standing("poet").state == "new"
    with pytest.raises(Invalid, match="can be written by others") as caught:
        allow("poet")
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", '{"root": 1, "assistants": {"poet": 7}}', "\0"])
def test_decisions_that_are_damaged_do_not_count_and_are_not_overwritten(
    folder, allow, root, standing, text
):
    file = root / "permissions.json"
    file.write_text(text)
    file.chmod(0o600)
    assert standing("poet").state == "new"
    with pytest.raises(Invalid, match="is damaged"):
        allow("poet")
    assert file.read_text() == text


def test_a_copy_of_a_data_root_has_decided_nothing(folder, allow, root, tmp_path):
    allow("poet", trusted=True)
    shutil.copytree(root, tmp_path / "copy")
    with SyncHost(tmp_path / "copy") as host:
        found = host.permissions.standing(host.assistants.folder("poet"))
    assert found.state == "new"


def test_a_link_in_place_of_the_file_is_not_followed(folder, allow, root, tmp_path, standing):
    allow("poet")
    (root / "permissions.json").rename(tmp_path / "elsewhere.json")
    (root / "permissions.json").symlink_to(tmp_path / "elsewhere.json")
    assert standing("poet").state == "new"


# -- digests


def test_pipes_devices_and_loops_do_not_hold_a_decision_up(folder):
    os.mkfifo(folder / "pipe")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(folder)
    (folder / "gone").symlink_to(folder / "nowhere")
    with open(folder / "large", "wb") as large:
        large.truncate(2**40)
    found = digests(folder)
    assert found["pipe"] == found["zero"] == "not a file"
    assert found["loop"] == found["gone"] == "unreadable"


def test_more_files_than_can_be_checked_are_not_trusted(folder, monkeypatch):
    monkeypatch.setattr("understudy.permissions.digests._MAX_FILES", 1)
    with pytest.raises(Invalid, match="too many to check"):
        digests(folder)


def test_changes_are_told_in_words():
    told = changes({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"})
    assert told == ("b (changed)", "c (gone)", "d (new)")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("data/a.JSON", True), ("data/a.MJS", False), ("data", False), ("src/data/a", False)],
)
def test_what_counts_as_data(name, expected):
    assert is_data(name) is expected


# -- what package.json may ask for


@pytest.mark.parametrize(
    ("asked", "code", "said", "hint"),
    [
        ({"nett": []}, "unknown-permission", 'no permission "nett"', "Did you mean `net`?"),
        ({"net": "example.com"}, "bad-field", "must be a list", '"net": ["api.example.com"'),
        ({"net": ["https://example.com"]}, "bad-field", "is not a host", "Write"),
        ({"files": "all"}, "bad-field", "must be 'read' or 'write'", '"files": "read"'),
        ({"process": "yes"}, "bad-field", "must be true or false", '"process": true'),
        ({"env": ["A-B"]}, "bad-field", "env", '"env": ["NAME"]'),
        ([], "bad-field", "must be an object", ""),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_is_asked(
    write_assistant, go, asked, code, said, hint
):
    text = json.dumps({"understudy": {"permissions": asked}}, indent=1)
    write_assistant("poet", {"src/index.js": CODE, "package.json": text})

    async def work(host):
        folder = await host.assistants.folder("poet")
        return folder.asks, folder.problems

    asks, problems = go(work)
    assert asks.is_empty
    [problem] = problems
    assert (problem.code, problem.file) == (code, "package.json")
    assert problem.line >= 3
    assert said in problem.message
    assert hint in (problem.hint or "")


def test_a_misspelt_key_is_suggested(write_assistant, go):
    package = {"understudy": {"permission": {"net": ["*"]}}}
    write_assistant("poet", {"src/index.js": CODE, "package.json": package})

    async def work(host):
        return (await host.assistants.folder("poet")).problems

    [problem] = go(work)
    assert problem.hint == 'Did you mean "permissions"?'


def test_validate_says_what_is_not_allowed_yet(folder, go):
    async def work(host):
        return await host.validate("poet")

    [problem] = go(work)
    assert (problem.code, problem.severity) == ("not-allowed", "warning")
    assert "connect to example.com" in problem.message
