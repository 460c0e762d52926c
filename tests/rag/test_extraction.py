"""Files of formats that need a parser: read in a process of their own, within limits."""

import asyncio

import pytest

from understudy.testing.documents import archive, docx, pdf, pptx
from understudy_rag import extraction
from understudy_rag.documents import Unreadable
from understudy_rag.extraction import extract


def read(name, data):
    return asyncio.run(extract(name, data))


def refusal(data):
    with pytest.raises(Unreadable) as caught:
        read("file", data)
    return str(caught.value), caught.value.code


def test_a_pdf_gives_its_text_with_the_page_of_each_line():
    found = read("lease.pdf", pdf("The rent is 900 euros.", "Dogs are allowed."))
    assert found.text == "The rent is 900 euros.\nDogs are allowed.\n"
    assert found.pages == [0, found.text.index("Dogs")]


def test_a_word_document_gives_its_paragraphs_below_their_headings(shown):
    found = shown(read("a.docx", docx("# Pets", "Dogs are allowed.")))
    assert [(line.strip(), heading) for line, heading in found] == [
        ("Pets", "Pets"),
        ("Dogs are allowed.", "Pets"),
    ]


def test_slides_come_in_the_order_of_their_numbers():
    found = read("talk.pptx", pptx(*(f"slide {number}" for number in range(1, 12))))
    assert found.text.splitlines() == [f"slide {number}" for number in range(1, 12)]


def test_the_first_bytes_tell_the_format_and_not_the_name():
    assert read("lease.txt", pdf("The rent.")).text == "The rent.\n"


@pytest.mark.parametrize(
    ("data", "message", "code"),
    [
        (b"%PDF-1.7 and nothing", "It is damaged.", "invalid_file"),
        (b"PK\x03\x04rest", "It is damaged (BadZipFile).", "invalid_file"),
        (
            archive({"a.txt": "text"}),
            "Archives and spreadsheets cannot be read yet; save it as text.",
            "unsupported_file",
        ),
        (
            archive({"word/document.xml": "<not xml"}),
            "It is damaged (ParseError).",
            "invalid_file",
        ),
    ],
)
def test_what_cannot_be_read_says_why(data, message, code):
    assert refusal(data) == (message, code)


def test_a_bomb_of_zeros_is_not_unpacked():
    bomb = archive({"word/document.xml": b" " * (129 * 2**20)})
    assert len(bomb) < 2**20
    assert refusal(bomb) == ("It is much larger inside than outside.", "invalid_file")


def test_a_bomb_of_entities_is_refused():
    names = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 1000}">' for n in range(12)]
    xml = f"<!DOCTYPE d [{''.join(names)}]><d>&e11;</d>"
    message, code = refusal(archive({"word/document.xml": xml}))
    assert code == "invalid_file"
    assert message.startswith("It ")


def test_a_file_that_takes_too_long_is_given_up(monkeypatch, tmp_path):
    slow = tmp_path / "parser.py"
    slow.write_text("import sys, threading; threading.Event().wait()")
    monkeypatch.setattr(extraction, "_PARSER", slow)
    monkeypatch.setattr(extraction, "DEADLINE", 0.3)
    assert refusal(pdf("text")) == ("It could not be read within 0 seconds.", "invalid_file")


def test_the_parser_gets_no_secrets(monkeypatch, tmp_path):
    spy = tmp_path / "parser.py"
    spy.write_text(
        "import json, os, sys; json.dump({'lines': [[1, os.environ.get('OPENAI_API_KEY', ''), 0]]},"
        "sys.stdout)"
    )
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setattr(extraction, "_PARSER", spy)
    assert read("a.pdf", pdf("text")).text == "\n"
