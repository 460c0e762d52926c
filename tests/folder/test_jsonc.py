"""JSON as people write it: what is read, what is refused, and where it points."""

import json

import pytest

from understudy.folder import jsonc


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('\ufeff{"a": 1,}', {"a": 1}),
        ('// first\n{"a": 1} // last', {"a": 1}),
        ('{"a": /* one */ 1, /* two\nlines */ "b": 2}', {"a": 1, "b": 2}),
        ('{"a": [1, 2, ], }', {"a": [1, 2]}),
        ('{"a": 1, // why\n}', {"a": 1}),
        ('{"a": 1 /* , */ , /* , */ }', {"a": 1}),
        ('{"a": "// no /* comment */ ,]"}', {"a": "// no /* comment */ ,]"}),
        ('{"a": "http://x/*", "b": "*/",}', {"a": "http://x/*", "b": "*/"}),
        (r'{"a": "\"// still text", /* c */ "b\\": 1,}', {"a": '"// still text', "b\\": 1}),
        (r'{"a": "ends in \\", // text is over' + "\n}", {"a": "ends in \\"}),
        ('{\r\n  "a": 1, // CRLF\r\n}\r\n', {"a": 1}),
        ('{"a": 1} // ends without a line break', {"a": 1}),
        ("/**/[/**/1/**/,/**/]/**/", [1]),
        ("// a \r// b \n1", 1),
        (r'"\ud83d\ude00"', "😀"),
        (r'"\\ud800"', r"\ud800"),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("[1, 1.0, 1e3, -0.5]", [1, 1.0, 1000.0, -0.5]),
        ("[" * 200 + "]" * 200, None),
    ],
)
def test_what_people_write_is_read(text, value):
    read = jsonc.loads(text)
    assert value is None or read == value


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        (" \n// only a comment", 1, 1, "empty"),
        ("{", 1, 1, 'a "}" or "]" is missing'),
        ('{"a": [1,', 1, 9, 'a "}" or "]" is missing'),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3, 'a "," is missing before this'),
        ('{"a": 1, /* c */ // d\n "b" 2}', 2, 6, 'a ":" is missing'),
        ("{'a': 1}", 1, 2, "double quotes, not single"),
        ("{\"a\": 'x'}", 1, 7, "double quotes, not single"),
        ("{a: 1}", 1, 2, "the name `a` must be in double quotes"),
        ("{,}", 1, 2, "a name is missing"),
        ('{"a": 1,, }', 1, 9, "a name is missing"),
        ("[,]", 1, 2, "a value is missing"),
        ("[1,,]", 1, 4, "a value is missing"),
        ('{"a": }', 1, 7, "a value is missing"),
        ('{"a": True}', 1, 7, "write `true`, not `True`"),
        ('{"a": None}', 1, 7, "write `null`, not `None`"),
        ('{"a": hello}', 1, 7, "`hello` is not a JSON value"),
        ('{"a": 012}', 1, 8, "not a JSON number"),
        ('{"a": 0x1F}', 1, 8, "not a JSON number"),
        ('{"a": "NaN", "b": NaN}', 1, 19, "`NaN` is not a number"),
        ("[-Infinity]", 1, 2, "`-Infinity` is not a number"),
        ("[1,\n 1e999]", 2, 2, "`1e999` is not a number"),
        ("[" + "9" * 5000 + "]", 1, 2, "99999…` is not a number"),
        ('{"a": "two\nlines"}', 1, 11, r"must be written as \n"),
        ('{"a": "open}', 1, 7, "no closing double quote"),
        (r'{"path": "C:\Users"}', 1, 13, r"write \\ for a backslash"),
        ('{"a": 1} {', 1, 10, "after the end"),
        ('{"a": 1}\n/* never\nclosed', 2, 1, "never closed"),
        (r'{"a": "\ud800"}', 1, 8, "one of a pair"),
        ("[" * 201 + "]" * 201, 1, 201, "200 deep"),
        ('{"a":' * 100_000, 1, 1001, "200 deep"),
        ('\ufeff{"a": x}', 1, 7, "`x` is not a JSON value"),
        ('{"é😀": x}', 1, 8, "`x` is not a JSON value"),
        ('{\r\n"a": x}', 2, 6, "`x` is not a JSON value"),
        ('{"a": 1, // 😀 é\n  "b": x}', 2, 8, "`x` is not a JSON value"),
    ],
)
def test_a_mistake_is_named_and_pointed_at(text, line, column, words):
    with pytest.raises(jsonc.JSONCError) as caught:
        jsonc.loads(text)
    assert words in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


def test_the_error_itself_reads_well():
    with pytest.raises(ValueError, match=r'^line 2, column 1: a "," is missing before this$'):
        jsonc.loads('{"a": 1\n"b": 2}')


def test_strict_json_is_read_as_the_standard_library_reads_it():
    values = [None, True, 0, -1.5, 'é\n\t\\"/', [], {}, [{"a": [None, "//", "/*"]}], {"": ","}]
    for value in values:
        for text in (json.dumps(value), json.dumps(value, indent=3, ensure_ascii=False)):
            assert jsonc.loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 300_000,
        '"\\"' * 300_000,
        "," * 300_000,
        "//" * 300_000,
        "[," + " " * 300_000,
        "[, " * 100_000,
        "1" * 300_000 + "x",
        ", // c\n" * 100_000,
        '{"a":' + "[1," * 100_000,
    ],
    ids=lambda text: text[:6],
)
def test_hostile_text_costs_linear_time(text):
    # A quadratic scan of these would go on for hours.
    with pytest.raises(jsonc.JSONCError):
        jsonc.loads(text)


COMMENTED = """\
{
  // the name
  "name": "x",
  "tools": [
    { "type": "rag" }, /* "type": "no" */
    { "type": "é", "n": [1, 2, ] },
  ],
}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("name",), (3, 11)),
        (("tools",), (4, 12)),
        (("tools", 0), (5, 5)),
        (("tools", 1, "type"), (6, 15)),
        (("tools", 1, "n", 1), (6, 29)),
        (("tools", 7, "type"), (4, 12)),
        (("name", "deeper"), (3, 11)),
        (("missing",), (1, 1)),
    ],
)
def test_a_value_is_located_by_its_path(path, place):
    assert jsonc.locate(COMMENTED, path) == place


def test_the_value_that_counts_of_a_double_key_is_located():
    text = '{"a": 1,\n "b": 0,\n "a": 2}'
    assert jsonc.locate(text, ("a",)) == (3, 7)
    assert jsonc.duplicates(text) == [("a", 1, 2)]
    assert jsonc.duplicates('{"a": {"b": 1}, "b": 2}') == []
    assert jsonc.duplicates("[1, 1]") == []
