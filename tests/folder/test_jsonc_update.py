"""Changing a JSON file that somebody wrote: their comments and layout stay."""

import itertools
import json

import pytest

from understudy.folder import jsonc

WRITTEN = """\
// my assistant
{
  // who it is
  "name": "Poet", // not a person
  "temperature": 0.5,   /* calm */
  "tools": [
    { "type": "rag" },   // reads my files
  ],

  "metadata": {}, // nothing yet
  /* the end */
}
"""


def test_nothing_changes_if_no_value_changes():
    assert jsonc.update(WRITTEN, jsonc.loads(WRITTEN)) == WRITTEN


def test_only_the_changed_value_is_rewritten():
    value = jsonc.loads(WRITTEN) | {"name": "Bard", "metadata": {"a": "b"}}
    expected = WRITTEN.replace('"Poet"', '"Bard"').replace("{},", '{\n    "a": "b"\n  },')
    assert jsonc.update(WRITTEN, value) == expected


def test_a_new_key_comes_last_and_the_comments_behind_it_stay():
    changed = jsonc.update(WRITTEN, jsonc.loads(WRITTEN) | {"model": "m"})
    assert changed == WRITTEN.replace("// nothing yet\n", '// nothing yet\n  "model": "m",\n')


def test_a_removed_key_takes_its_own_comments_along():
    value = jsonc.loads(WRITTEN)
    del value["name"]
    lines = WRITTEN.splitlines(keepends=True)
    assert jsonc.update(WRITTEN, value) == "".join(lines[:2] + lines[4:])


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ('{"a": 1, "b": 2}', {"a": 1, "b": 3}, '{"a": 1, "b": 3}'),
        ('{"a": 1, "b": 2}', {"a": 1}, '{"a": 1}'),
        ('{"a": 1}', {"a": 1, "b": [2]}, '{"a": 1, "b": [2]}'),
        ("{}", {"a": 1}, '{\n  "a": 1\n}'),
        ("// why\n{}\n", {"a": 1}, '// why\n{\n  "a": 1\n}\n'),
        ('{\n\t"a": 1\n}', {"a": 1, "b": {"c": 2}}, '{\n\t"a": 1,\n\t"b": {\n\t\t"c": 2\n\t}\n}'),
        ('{\r\n  "a": 1\r\n}\r\n', {"a": 2, "b": 3}, '{\r\n  "a": 2,\r\n  "b": 3\r\n}\r\n'),
        ('{\n  "a": 1 // one\n}', {"a": 1, "b": 2}, '{\n  "a": 1, // one\n  "b": 2\n}'),
        ('{"a": 1, "a": 2, "b": 3}', {"a": 2, "b": 4}, '{ "a": 2, "b": 4}'),
        ('\ufeff{"a": 1}', {"a": 2}, '\ufeff{"a": 2}'),
    ],
)
def test_the_layout_is_that_of_the_file(text, value, expected):
    assert jsonc.update(text, value) == expected


def test_numbers_that_python_takes_for_equal_are_told_apart():
    assert jsonc.update('{"a": 1, "b": 1}', {"a": True, "b": 1.0}) == '{"a": true, "b": 1.0}'


PIECES = ['"a": 1', '"b": "x, // y"', '"c": [1, /* , */ 2]', '"d": {\n"e": null, }']
GAPS = ["", " ", "\n  ", " // c\n", " /* c\n, */ ", "\r\n"]


def test_the_result_always_reads_as_the_value_that_was_asked_for():
    asked = [
        {},
        {"a": 1},
        {"c": [1, 2], "a": 2},
        {"c": 0, "new": [{}]},
        {"d": {"e": None}, "b": "x, // y"},
    ]
    for before, behind, end, count in itertools.product(GAPS, GAPS, ("", ",", " ,"), range(5)):
        members = f"{behind},{before}".join(PIECES[:count])
        text = "{" + before + members + (end if count else "") + behind + "}"
        for value in asked:
            changed = jsonc.update(text, value)
            assert jsonc.loads(changed) == value, text
            same = [piece for piece in PIECES[:count] if _holds(value, piece)]
            assert all(piece in changed for piece in same), text


def _holds(value, piece):
    key, expected = next(iter(jsonc.loads("{" + piece + "}").items()))
    return key in value and value[key] == expected


def test_strict_json_stays_strict_json():
    text = json.dumps({"a": 1, "b": [1, {"c": 2}], "d": "x"}, indent=4)
    for value in ({}, {"a": 2}, {"d": "y", "e": {}}, {"b": []}):
        assert json.loads(jsonc.update(text, value)) == value


@pytest.mark.parametrize("text", ['{"a": 1', "[1]", "", "1"])
def test_a_file_that_is_no_object_is_never_overwritten(text):
    with pytest.raises(jsonc.JSONCError):
        jsonc.update(text, {"a": 1})
