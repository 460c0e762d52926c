"""The host's rules: what is wrong in the whole, or with what is installed here."""

import json

import pytest

from understudy.errors import NotFound
from understudy.folder import read_document, read_folder, validate_folder
from understudy.objects import ToolEntry

HERE = ("rag", "file_search")


def function(name):
    return {"type": "function", "function": {"name": name}}


@pytest.fixture
def validate(make):
    def validate(text):
        found = validate_folder(read_folder(make({"assistant.json": text})), HERE)
        return [(str(problem), problem.hint) for problem in found]

    return validate


def test_what_is_right_has_no_problems(validate):
    text = '{"tools": [{"type": "rag"}, {"type": "function", "function": {"name": "f"}}]}'
    assert validate(text) == []


def test_an_unknown_tool_is_pointed_at_with_a_suggestion(validate):
    assert validate('{"tools": [{"type": "rag"},\n {"type": "file_serch"}, {"type": "zzz"}]}') == [
        (
            'assistant.json:2:11: no plugin provides the tool "file_serch"',
            "Did you mean `file_search`?",
        ),
        (
            'assistant.json:2:35: no plugin provides the tool "zzz"',
            "There are: file_search, function, rag.",
        ),
    ]


def test_two_functions_of_one_name_are_pointed_at(make):
    tools = [function("f"), function("g"), function("f")]
    folder = read_folder(make({"assistant.json": {"tools": tools}}))
    (problem,) = validate_folder(folder, HERE)
    assert problem.message.startswith("there are two functions `f`")
    assert (problem.field, problem.code) == ("tools[2].function.name", "duplicate-function")


@pytest.mark.parametrize("count", [0, 51, 2.5, "3", True])
def test_the_number_of_results_has_limits(validate, count):
    tool = {"type": "file_search", "file_search": {"max_num_results": count}}
    ((message, _),) = validate(json.dumps({"tools": [tool]}))
    assert message == ('assistant.json:1:71: "max_num_results" must be a whole number from 1 to 50')


def test_resources_have_limits(make):
    many = {
        "code_interpreter": {"file_ids": ["f"] * 21},
        "file_search": {"vector_store_ids": ["a", "b"]},
    }
    folder = read_folder(make({"assistant.json": {"tool_resources": many}}))
    assert [problem.message for problem in validate_folder(folder, HERE)] == [
        '"file_ids" may have 20 entries; it has 21',
        '"vector_store_ids" may have 1 entry; it has 2',
    ]


def test_what_a_hook_has_added_is_checked_too():
    folder = read_document({}, id="poet")
    changed = folder.assistant.model_copy(update={"tools": [ToolEntry(type="moon")]})
    (problem,) = validate_folder(folder, HERE, changed)
    assert (problem.message, problem.field) == ('no plugin provides the tool "moon"', "tools")


def test_an_assistant_that_cannot_be_read_has_no_further_problems(make):
    assert validate_folder(read_folder(make({"assistant.json": "{"})), HERE) == []


def test_why_an_installed_tool_cannot_be_used_is_told():
    folder = read_document({"tools": [{"type": "moon"}]}, id="poet")
    off = NotFound("tool `moon` is off", hint="Take it out.")
    (problem,) = validate_folder(folder, HERE, refusal={"moon": off}.get)
    assert (problem.message, problem.hint) == ("tool `moon` is off", "Take it out.")
