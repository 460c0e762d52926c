"""Which reader a file gets."""

import asyncio

import pytest

from understudy.testing.documents import docx, pdf, pptx
from understudy_rag.parsing.documents import Unreadable
from understudy_rag.parsing.extraction import extract


def read(name, data):
    return asyncio.run(extract(name, data))


def refusal(data):
    with pytest.raises(Unreadable) as caught:
        read("file", data)
    return str(caught.value), caught.value.code


def test_a_pdf_gives_its_text_with_the_page_of_each_line():
    found = read("lease.pdf", pdf("The rent is 900 euros.", "Dogs are allowed."))
    assert found.text == "The rent is 900 euros.\n\fDogs are allowed.\n"
    assert found.pages == [0, found.text.index("\f")]


def test_a_word_document_gives_its_paragraphs_below_their_headings(shown):
    found = shown(read("a.docx", docx("# Pets", "Dogs are allowed.")))
    assert [(line.strip(), heading) for line, heading in found] == [
        ("Pets", "Pets"),
        ("Dogs are allowed.", "Pets"),
    ]


def test_slides_come_in_the_order_of_their_numbers():
    found = read("talk.pptx", pptx(*(f"slide-{number}" for number in range(1, 12))))
    assert found.text.split() == [f"slide-{number}" for number in range(1, 12)]


def test_the_first_bytes_tell_the_format_and_not_the_name():
    assert read("lease.txt", pdf("The rent.")).text == "The rent.\n"
