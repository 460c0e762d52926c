"""Reading an assistant's folder: everything is optional, and nothing is lost."""

import os

import pytest

from understudy.errors import Invalid
from understudy.folder import read_document, read_folder


def test_an_assistant_json_is_an_assistant(make):
    folder = make(
        {
            "assistant.json": """{
              // hand-written
              "name": "Poet", "model": "gpt-4o", "instructions": "Rhyme.", "created_at": 1700000000,
              "tools": [{"type": "rag", "settings": {"top_k": 2}}], "metadata": {"a": "b"},
              "temperature": 0, "avatar": "👋", "my_own": [1, 2],
            }"""
        }
    )
    found = read_folder(folder)
    assert found.problems == ()
    assistant = found.require_assistant()
    assert assistant.wire().items() >= {
        "id": "poet", "object": "assistant", "name": "Poet", "model": "gpt-4o", "temperature": 0,
        "instructions": "Rhyme.", "created_at": 1700000000, "avatar": "👋", "my_own": [1, 2],
        "tools": [{"type": "rag", "settings": {"top_k": 2}}], "metadata": {"a": "b"},
    }.items()  # fmt: skip
    assert (found.path, found.main, found.instructions_file) == (folder, None, "assistant.json")


def test_everything_has_a_default(make):
    folder = make({"assistant.json": "{}"})
    os.utime(folder / "assistant.json", (1234567890.75, 1234567890.75))
    assistant = read_folder(folder).require_assistant()
    assert (assistant.id, assistant.name, assistant.created_at) == ("poet", "poet", 1234567890)
    assert (assistant.model, assistant.instructions, assistant.tools) == (None, None, [])


@pytest.mark.parametrize("name", ["AGENTS.md", "INSTRUCTIONS.md"])
def test_a_folder_with_only_instructions_is_an_assistant(make, name):
    found = read_folder(make({name: "\ufeffAnswer in rhyme.\n"}))
    assert found.problems == ()
    assert found.require_assistant().instructions == "Answer in rhyme."
    assert found.instructions_file == name


def test_a_folder_with_only_code_is_an_assistant(make):
    found = read_folder(make({"src/index.js": "export const tools = [];"}))
    assert (found.require_assistant().id, str(found.main)) == ("poet", "src/index.js")


@pytest.mark.parametrize(
    ("files", "source", "text"),
    [
        ({"assistant.json": {"instructions": "own"}, "AGENTS.md": "a"}, "assistant.json", "own"),
        ({"assistant.json": {"instructions": ""}, "AGENTS.md": "a"}, "AGENTS.md", "a"),
        (
            {"assistant.json": {}, "AGENTS.md": " \n", "INSTRUCTIONS.md": "i"},
            "INSTRUCTIONS.md",
            "i",
        ),
        ({"AGENTS.md": "a", "model.json": {"instructions": "m"}}, "AGENTS.md", "a"),
        ({"assistant.json": {}, "model.json": {"instructions": "m"}}, "model.json", "m"),
        (
            {
                "assistant.json": {"instructions": "reference model.json"},
                "model.json": {"instructions": "m"},
                "AGENTS.md": "a",
            },
            "model.json",
            "m",
        ),
        ({"assistant.json": {"instructions": "reference model.json"}}, None, None),
    ],
)
def test_instructions_come_from_the_first_place_that_has_some(make, files, source, text):
    found = read_folder(make(files))
    assert found.problems == ()
    assert (found.instructions_file, found.require_assistant().instructions) == (source, text)


@pytest.mark.parametrize(
    ("files", "main"),
    [
        (["src/index.js", "src/index.mjs", "index.js"], "src/index.js"),
        (["src/index.mjs", "src/index.cjs"], "src/index.mjs"),
        (["index.js", "src/index.cjs"], "src/index.cjs"),
        (["index.js", "src/process.js"], "index.js"),
        (["src/process.js"], None),
    ],
)
def test_code_starts_at_the_first_usual_place(make, files, main):
    found = read_folder(make({"assistant.json": {}} | dict.fromkeys(files, "")))
    assert (found.main.as_posix() if found.main else None) == main


@pytest.mark.parametrize("named", ["dist/app.js", "./dist/app.js", "dist/app", "dist/app.js/"])
def test_package_json_says_where_code_starts(make, named):
    files = {"package.json": {"main": named}, "dist/app.js": "", "src/index.js": ""}
    found = read_folder(make(files))
    assert (found.main.as_posix(), found.package["main"]) == ("dist/app.js", named)


def test_package_json_may_name_a_folder_with_an_index_js(make):
    found = read_folder(make({"package.json": {"main": "dist"}, "dist/index.js": ""}))
    assert found.main.as_posix() == "dist/index.js"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (1700000000, 1700000000),
        (1700000000.9, 1700000000),
        (1700000000123, 1700000000),
        ("1700000000", 1700000000),
        ("2023-11-14T22:13:20Z", 1700000000),
        ("2023-11-14T23:13:20+01:00", 1700000000),
    ],
)
def test_times_are_read_in_every_unit(make, written, seconds):
    found = read_folder(make({"assistant.json": {"created_at": written}}))
    assert found.require_assistant().created_at == seconds


@pytest.mark.parametrize(
    ("written", "home"),
    [
        ("ROOT/threads", ("threads",)),
        (None, ("threads",)),
        ("", ("threads",)),
        ("threads", ("assistants", "poet", "threads")),
        ("./threads/", ("assistants", "poet", "threads")),
        ("ROOT/assistants/poet/threads", ("assistants", "poet", "threads")),
        ("own", ("assistants", "poet", "threads")),
    ],
)
def test_threads_lie_where_thread_location_says(make, written, home):
    found = read_folder(make({"assistant.json": {"thread_location": written}}))
    assert (found.home, found.problems) == (home, ())


def test_the_id_is_given_or_written_or_the_folders_name(make):
    folder = make({"assistant.json": {"id": "written"}})
    assert read_folder(folder).id == "written"
    found = read_folder(folder, id="given")
    assert (found.id, found.require_assistant().id) == ("given", "given")
    assert [problem.severity for problem in found.problems] == ["warning"]
    assert "`written`" in found.problems[0].message
    assert read_folder(make({"assistant.json": {}}), id="poet").id == "poet"


def test_parameters_fill_the_fields_that_are_absent(make):
    written = {"temperature": 0.4, "top_p": 0.9, "max_tokens": 9}
    found = read_folder(make({"assistant.json": {"top_p": 0.5, "parameters": written}}))
    assistant = found.require_assistant()
    assert (assistant.temperature, assistant.top_p) == (0.4, 0.5)
    assert assistant.wire()["parameters"] == written


def test_tools_that_are_switched_off_are_not_there(make):
    tools = [{"type": "rag", "enabled": False}, {"type": "web", "enabled": True}]
    assistant = read_folder(make({"assistant.json": {"tools": tools}})).require_assistant()
    assert [tool.wire() for tool in assistant.tools] == [{"type": "web", "enabled": True}]


def test_a_field_that_is_wrong_hides_none_of_the_others(make):
    found = read_folder(make({"assistant.json": {"name": "Poet", "tools": "rag"}}))
    assert (found.assistant.name, found.assistant.tools) == ("Poet", [])
    with pytest.raises(Invalid, match=r'`poet` cannot be read: assistant.json:1:27: "tools"') as e:
        found.require_assistant()
    assert (e.value.param, e.value.hint) == ("tools", 'Write "tools": [{"type": "rag"}].')


def test_what_is_wrong_elsewhere_leaves_the_assistant_readable(make):
    found = read_folder(make({"assistant.json": {"name": "Poet"}, "package.json": "["}))
    assert found.require_assistant().name == "Poet"
    assert [problem.file for problem in found.errors] == ["package.json"]


def test_a_document_without_a_folder_is_read_the_same_way():
    found = read_document({"name": "Poet", "models": [{"id": "m"}], "tools": None}, id="poet")
    assistant = found.require_assistant()
    assert (assistant.id, assistant.name, assistant.model) == ("poet", "Poet", "m")
    wrong = read_document({"top_p": 2}, id="poet").problems[0]
    assert (str(wrong), wrong.field) == (
        'assistant.json: "top_p" may be at most 1, not 2',
        "top_p",
    )


def test_a_name_that_is_null_is_none_and_one_that_is_not_there_is_the_id(make):
    assert read_folder(make({"assistant.json": {"name": None}})).assistant.name is None
    assert read_folder(make({"assistant.json": {}}, "bard")).assistant.name == "bard"
