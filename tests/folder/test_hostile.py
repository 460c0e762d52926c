"""Files that are no files, lead elsewhere or are too much: a problem, never a hang or a leak."""

import os
import subprocess
import sys

import pytest

from understudy.folder import (
    assistant,
    choose_model,
    fingerprint,
    model_file,
    read_folder,
    validate_folder,
)
from understudy.folder.files import MAX_JSON, MAX_TEXT, read_json

NAMES = ["assistant.json", "model.json", "package.json", "AGENTS.md"]


def told(folder, name):
    return [(p.message, p.severity) for p in read_folder(folder).problems if p.file == name]


@pytest.mark.parametrize("name", NAMES)
def test_a_link_out_of_the_folder_is_refused(make, tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text('{"name": "secret", "main": "secret"}')
    folder = make({"assistant.json": {}, "src/index.js": ""})
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(secret)
    assert told(folder, name) == [("this leads out of the assistant's folder", "error")]
    assert "secret" not in repr(read_folder(folder).assistant)


def test_code_outside_of_the_folder_is_refused(make, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "index.js").write_text("")
    folder = make({"assistant.json": {}})
    (folder / "src").symlink_to(tmp_path / "elsewhere")
    assert told(folder, "src/index.js") == [("this leads out of the assistant's folder", "error")]
    (folder / "src").unlink()
    for main in ("../../elsewhere/index.js", str(tmp_path / "elsewhere" / "index.js")):
        found = read_folder(make({"package.json": {"main": main}}))
        assert [p.message for p in found.errors] == ["this leads out of the assistant's folder"]
        assert found.main is None


def test_a_link_inside_of_the_folder_is_fine_and_so_is_a_linked_folder(make, tmp_path):
    folder = make({"config/a.json": {"name": "Linked"}, "lib/main.js": ""})
    (folder / "assistant.json").symlink_to("config/a.json")
    (folder / "src").symlink_to("lib")
    (folder / "src" / "index.js").symlink_to("main.js")
    (tmp_path / "poet").symlink_to(folder)
    found = read_folder(tmp_path / "poet")
    assert (found.problems, found.require_assistant().name) == ((), "Linked")
    assert found.main.as_posix() == "lib/main.js"
    told = []
    assert read_json(tmp_path / "poet", "assistant.json", told).value == {"name": "Linked"}
    assert told == []


def test_links_that_lead_nowhere_or_in_a_circle_are_told(make):
    folder = make({})
    (folder / "assistant.json").symlink_to("gone.json")
    assert told(folder, "assistant.json") == [("this link leads nowhere", "error")]
    (folder / "assistant.json").unlink()
    (folder / "assistant.json").symlink_to("assistant.json")
    assert len(told(folder, "assistant.json")) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_does_not_hang(make, name):
    folder = make({"assistant.json": {}})
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    script = f"""
import sys; from pathlib import Path; from understudy.folder import read_folder
print([p.message for p in read_folder(Path(sys.argv[1])).problems if p.file == "{name}"])
"""
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "['this is not a file']"


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_in_a_files_place_is_told(make, name):
    folder = make({"src/index.js": ""})
    (folder / name).mkdir()
    assert len(told(folder, name)) == 1


@pytest.mark.parametrize(("name", "limit"), [("assistant.json", MAX_JSON), ("AGENTS.md", MAX_TEXT)])
def test_a_huge_file_is_told_and_not_read(make, name, limit):
    folder = make({"src/index.js": ""})
    with open(folder / name, "wb") as file:
        file.truncate(100 * 2**30)
    assert told(folder, name) == [(f"the file is larger than {limit // 2**20} MB", "error")]


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        ('{"name": "é"}'.encode("latin-1"), "the byte 0xe9 is not UTF-8 text", (1, 11)),
        (b'{\n "\xc3\xa9": "\xff"}', "the byte 0xff is not UTF-8 text", (2, 8)),
        ('{"name": "x"}'.encode("utf-16"), "the file is UTF-16", (None, None)),
        (b"\0" * 10, "this is not JSON, and not even text", (1, 1)),
        (b"", "the file is empty", (1, 1)),
    ],
)
def test_another_encoding_is_told(make, content, message, place):
    (problem,) = read_folder(make({"assistant.json": content})).problems
    assert (problem.message, (problem.line, problem.column)) == (message, place)


def test_a_byte_order_mark_is_no_mistake(make):
    found = read_folder(make({"assistant.json": b'\xef\xbb\xbf{"name": 5}'}))
    assert [str(p) for p in found.problems] == [
        'assistant.json:1:10: "name" must be a text, not a number'
    ]


def test_instructions_that_are_too_long_are_told(make):
    found = read_folder(make({"AGENTS.md": "x" * 256_001}))
    assert [p.message for p in found.problems] == [
        "instructions may have 256000 characters; these have 256001"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(make):
    folder = make({"assistant.json": {}})
    (folder / "assistant.json").chmod(0)
    assert told(folder, "assistant.json") == [
        ("the file cannot be read: permission denied", "error")
    ]


ODD = [None, True, 0, 1.5, "x", "reference model.json", [], [[]], {"a": {}}]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_no_value_in_any_field_makes_reading_raise(make, value):
    for field in sorted(assistant.KNOWN | model_file.KNOWN | {"main", "understudy"}):
        names = ("assistant.json", "model.json", "package.json")
        found = read_folder(make({name: {field: value} for name in names}))
        assert found.assistant is not None
        validate_folder(found, ())
        choose_model(found.assistant, found.model, {field: value})


def test_a_link_to_the_folder_itself_is_not_followed_for_ever(make):
    folder = make({"src/index.js": ""})
    (folder / "src" / "loop").symlink_to(folder)
    assert "loop" not in fingerprint(folder)
    assert read_folder(folder).problems == ()
