import codecs

import pytest

from understudy_rag.documents import Unreadable
from understudy_rag.reading import decode, read_text

TEXT = "Überprüfung - 5 € ½\nzweite Zeile"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode("utf-8"),
        TEXT.replace("\n", "\r").encode("utf-8"),
    ],
)
def test_text_is_read_in_any_usual_encoding(data):
    assert decode(data) == TEXT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n", "Images cannot be read yet; save it as text."),
        (b"text\x00with a zero", "It is not text."),
        (bytes(range(1, 32)) * 9, "It is not text."),
        (codecs.BOM_UTF16_LE + b"odd", "It is marked as UTF-16 text, but is damaged."),
        (codecs.BOM_UTF8 + b"\xff\xfe", "It is marked as UTF-8-SIG text, but is damaged."),
    ],
)
def test_what_is_not_text_is_refused_with_a_reason(data, reason):
    with pytest.raises(Unreadable) as caught:
        read_text("file.txt", data)
    assert str(caught.value) == reason


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


def test_html_is_read_without_its_tags():
    assert read_text("a.HTML", b"<p>Hello <b>there</b>").text == "Hello there\n\n"


@pytest.mark.parametrize("name", ["notes", "a.b.c", ".env", "data.json", "x.unknown"])
def test_text_is_read_whatever_its_name(name):
    assert read_text(name, b'{"a": 1}').text == '{"a": 1}'
