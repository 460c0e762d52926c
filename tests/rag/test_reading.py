import pytest

from understudy_rag.parsing.reading import read_text


def test_text_stays_as_it_is():
    assert read_text("a.txt", b"\none\n\ntwo ").text == "\none\n\ntwo "


def test_an_empty_file_is_no_error():
    assert read_text("a.txt", b"").text == ""


def test_each_row_of_a_table_is_headed_by_its_columns(shown):
    rows = shown(read_text("costs.csv", b"item,cost\nboiler,900\nroof,4000\n"))
    assert {heading for _, heading in rows} == {"item,cost"}


def test_markdown_has_headings_and_code_has_none(shown):
    assert shown(read_text("a.md", b"# Title\ntext"))[1] == ("text", "Title")
    assert shown(read_text("a.py", b"# comment\ncode"))[1] == ("code", "")


def test_letters_that_json_escapes_are_found_as_letters():
    data = rb'{"street": "K\u00f6nigstra\u00dfe \ud83d\ude00", "quote": "\u0022"}'
    text = read_text("a.json", data).text
    assert text == '{"street": "Königstraße 😀", "quote": "\\u0022"}'


@pytest.mark.parametrize("name", ["notes", "a.b.c", ".env", "data.json", "x.unknown"])
def test_text_is_read_whatever_its_name(name):
    assert read_text(name, b'{"a": 1}').text == '{"a": 1}'
