"""Mistakes in a folder: all of them at once, each with its place and in plain words."""

import json

import pytest

from understudy.errors import Invalid
from understudy.folder import read_folder

LONG = "😀" * 256_001
FUNCTION = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", 5, '"name" must be a text, not a number'),
        ("name", "x" * 257, '"name" may have 256 characters; it has 257'),
        ("description", "é" * 513, '"description" may have 512 characters; it has 513'),
        ("instructions", ["x"], '"instructions" must be a text, not a list'),
        ("instructions", LONG, '"instructions" may have 256000 characters; it has 256001'),
        ("model", 7, '"model" must be a text, not a number'),
        ("tools", "rag", '"tools" must be a list, not "rag"'),
        ("tools", {"type": "rag"}, '"tools" must be a list, not an object'),
        ("tools", [FUNCTION] * 129, '"tools" may have 128 entries; it has 129'),
        ("temperature", 2.5, '"temperature" may be at most 2, not 2.5'),
        ("temperature", -1, '"temperature" must be at least 0, not -1'),
        ("temperature", "hot", '"temperature" must be a number, not "hot"'),
        ("top_p", 1.5, '"top_p" may be at most 1, not 1.5'),
        ("metadata", [], '"metadata" must be an object, not a list'),
        ("metadata", {str(n): "" for n in range(17)}, '"metadata" may have 16 entries; it has 17'),
        ("created_at", "soon", '"created_at" must be a whole number, not "soon"'),
        ("response_format", "yes", '"response_format" must be "auto" or an object'),
        ("tool_resources", True, '"tool_resources" must be an object, not true or false'),
        ("avatar", {}, '"avatar" must be a text, not an object'),
        ("id", "../x", '"id" must be a name: letters, digits, "_", "-" and ".", at most 128'),
    ],
)
def test_a_wrong_field_is_pointed_at(make, field, value, complaint):
    text = f'{{\n  // ours\n  "object": "assistant",\n  "{field}":  {json.dumps(value)},\n}}'
    found = read_folder(make({"assistant.json": text}))
    column = len(field) + 8
    (problem,) = found.problems
    assert str(problem) == f"assistant.json:4:{column}: {complaint}"
    assert (problem.severity, problem.field) == ("error", field)


def test_limits_count_characters_and_the_limit_itself_is_allowed(problems):
    text = {"name": "😀" * 256, "description": "é" * 512, "temperature": 2, "top_p": 0}
    many = {"metadata": {"k" * 63 + chr(65 + n): "v" * 512 for n in range(16)}}
    assert problems({"assistant.json": text | many | {"tools": [FUNCTION] * 128}}) == []


@pytest.mark.parametrize(
    ("tool", "column", "complaint", "hint"),
    [
        ('"rag"', 12, '"tools[0]" must be an object, not "rag"', 'Write {"type": "rag"}.'),
        ("{}", 12, '"tools[0].type" is missing', None),
        ('{"type": ""}', 21, '"tools[0].type" may not be empty', None),
        ('{"type": 5}', 21, '"tools[0].type" must be a text, not a number', None),
        (
            '{"type": "function", "function": {}}',
            45,
            '"tools[0].function.name" is missing',
            None,
        ),
        (
            '{"type": "function", "function": {"name": "a b"}}',
            54,
            '"tools[0].function.name" may hold letters, digits, "_" and "-" only, '
            '1 to 64 of them, not "a b"',
            None,
        ),
        (
            '{"type": "function"}',
            12,
            '"tools[0]" is not right: a tool of type "function" needs a "function" with a "name"',
            None,
        ),
    ],
)
def test_a_wrong_tool_is_pointed_at(make, tool, column, complaint, hint):
    found = read_folder(make({"assistant.json": '{"tools": [' + tool + "]}"}))
    assert [(str(problem), problem.hint) for problem in found.problems] == [
        (f"assistant.json:1:{column}: {complaint}", hint)
    ]


def test_a_wrong_value_of_metadata_is_pointed_at_and_plain_ones_become_text(make):
    text = '{"metadata": {"n": 5, "on": true, "deep": {"a": 1},\n"long": "' + "x" * 513 + '"}}'
    found = read_folder(make({"assistant.json": text}))
    assert [str(problem) for problem in found.problems] == [
        'assistant.json:1:43: "metadata.deep" must be a text, not an object',
        'assistant.json:2:9: "metadata.long" may have 512 characters; it has 513',
    ]
    good = read_folder(make({"assistant.json": '{"metadata": {"n": 5, "on": true}}'}))
    assert good.require_assistant().metadata == {"n": "5", "on": "true"}


def test_all_problems_of_a_folder_are_told_at_once_from_top_to_bottom(problems):
    found = problems(
        {
            "assistant.json": '{\n"tools": "rag",\n"temperature": 3,\n"parameters": {"top_p": 5}}',
            "model.json": '{"settings": {"base_url": "localhost"}}',
            "package.json": '{"main": "gone.js"}',
            "AGENTS.md": b"caf\xe9",
        }
    )
    assert found == [
        "AGENTS.md:1:4: the byte 0xe9 is not UTF-8 text",
        'assistant.json:2:10: "tools" must be a list, not "rag"',
        'assistant.json:3:16: "temperature" may be at most 2, not 3',
        'assistant.json:4:25: "parameters.top_p" may be at most 1, not 5',
        'model.json:1:27: "settings.base_url" must be an address such as "http://localhost:8080/v1"',
        "package.json:1:10: there is no file `gone.js`",
    ]


def test_broken_json_is_pointed_at_and_the_rest_is_read_on(make):
    files = {"assistant.json": '{\n  "name": "x"\n  "tools": []\n}', "model.json": "{'id': 1}"}
    found = read_folder(make(files))
    assert [str(problem) for problem in found.problems] == [
        'assistant.json:3:3: a "," is missing before this',
        "model.json:1:2: use double quotes, not single quotes",
    ]
    assert (found.assistant, found.id) == (None, "poet")


@pytest.mark.parametrize("text", ["[]", "null", '"x"', "5"])
def test_a_json_file_must_hold_an_object(problems, text):
    assert problems({"assistant.json": text}) == [
        "assistant.json:1:1: the file must hold an object: { … }"
    ]


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("instruction", "instructions"),
        ("tool", "tools"),
        ("Name", "name"),
        ("temprature", "temperature"),
        ("thread-location", "thread_location"),
        ("created", "created_at"),
    ],
)
def test_a_misspelt_field_is_a_warning_with_a_suggestion(make, field, meant):
    found = read_folder(make({"assistant.json": {field: "x"}}))
    (warning,) = found.problems
    assert str(warning) == f'assistant.json:1:{len(field) + 6}: "{field}" means nothing here'
    assert (warning.hint, warning.severity) == (f'Did you mean "{meant}"?', "warning")
    assert found.require_assistant().wire()[field] == "x"


def test_fields_of_ones_own_and_of_jan_are_nobodys_business(problems):
    own = {"colour": "red", "x-team": 1, "models": "*", "events": "*", "file_ids": [], "version": 1}
    assert problems({"assistant.json": own, "model.json": {"sources": [], "ctx": 1}}) == []


def test_a_double_field_is_a_warning_at_the_one_that_does_not_count(make):
    found = read_folder(make({"assistant.json": '{"name": "a",\n"name": "b"}'}))
    assert [(str(p), p.severity) for p in found.problems] == [
        ('assistant.json:1:2: "name" is there twice; this one does not count', "warning")
    ]
    assert found.require_assistant().name == "b"


def test_another_object_or_an_odd_thread_location_is_only_a_warning(make):
    found = read_folder(make({"assistant.json": {"object": "agent", "thread_location": "moon"}}))
    assert [(p.field, p.severity) for p in found.problems] == [
        ("object", "warning"),
        ("thread_location", "warning"),
    ]
    assert (found.require_assistant().object, found.home) == ("assistant", ("threads",))


def test_a_main_that_is_missing_is_an_error_that_names_the_one_there_is(make):
    package = {"package.json": {"main": "index.js"}}
    found = read_folder(make({"assistant.json": {}, "src/index.js": ""} | package))
    (problem,) = found.problems
    assert (problem.code, problem.hint) == ("main-missing", 'Write "main": "src/index.js".')
    assert found.main is None
    assert found.require_assistant().id == "poet"


@pytest.mark.parametrize("main", [5, ["a"], "a\0b"])
def test_a_main_that_is_no_path_is_an_error(make, main):
    found = read_folder(make({"assistant.json": {}, "package.json": {"main": main}}))
    assert [p.message for p in found.problems] == ['"main" must be the path of a file']


def test_a_folder_name_that_cannot_be_an_id_is_an_error(make):
    found = read_folder(make({"assistant.json": {}}, name="my poet"))
    assert [problem.code for problem in found.errors] == ["bad-id"]
    assert read_folder(make({"assistant.json": {"id": "poet"}}, name="my poet")).errors == ()


def test_a_folder_that_holds_nothing_says_what_to_write(make, tmp_path):
    found = read_folder(make({"README.md": "x", "threads/t/thread.json": "{}"}))
    assert found.assistant is None
    assert [problem.code for problem in found.problems] == ["no-assistant"]
    with pytest.raises(Invalid, match="`poet` holds no assistant") as caught:
        found.require_assistant()
    assert "AGENTS.md" in caught.value.hint
    warned = read_folder(make({"model.json": {"modl": "x"}}))
    assert [problem.code for problem in warned.problems] == ["no-assistant", "unknown-field"]
    gone = read_folder(tmp_path / "gone")
    assert [problem.message for problem in gone.problems] == ["there is no folder `gone`"]
