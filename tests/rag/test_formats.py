"""Files of all formats that need a parser, as a user has them."""

import asyncio
from datetime import date

import pytest

from understudy.testing.documents import archive, docx, epub, opendocument, pdf, relations, xlsx
from understudy_rag.parsing.chunking import split
from understudy_rag.parsing.documents import Unreadable
from understudy_rag.parsing.extraction import extract

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(name, data):
    return asyncio.run(extract(name, data))


def refusal(name, data):
    with pytest.raises(Unreadable) as caught:
        read(name, data)
    return str(caught.value), caught.value.code


def word(body, **parts):
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    named = {f"word/{name}.xml": text for name, text in parts.items()}
    return archive({"word/document.xml": document, **named})


def paragraph(text, style=""):
    mark = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{mark}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_each_chunk_of_a_pdf_knows_its_page():
    found = read("lease.pdf", pdf(*(f"Page {n} is about matter {n}." for n in range(1, 9))))
    chunks = split(found, size=60, overlap=0)
    assert [chunk.page for chunk in chunks] == [1, 3, 5, 7]
    assert all(f"Page {chunk.page} " in chunk.text for chunk in chunks)


def test_a_word_that_a_line_of_a_pdf_parts_is_one_word():
    two_lines = "The exam-) Tj 0 -14 Td (ple is here."
    assert read("a.pdf", pdf(two_lines)).text == "The example is here.\n"


def test_the_outline_of_a_pdf_gives_its_headings():
    outline = (
        b"/Outlines 20 0 R >>\nendobj\n"
        b"20 0 obj\n<< /First 21 0 R /Last 21 0 R /Count 1 >>\nendobj\n"
        b"21 0 obj\n<< /Title (Pets) /Parent 20 0 R /Dest [6 0 R /Fit] >>\nendobj\n"
    )
    data = pdf("One.", "Two.").replace(b"/Pages 2 0 R >>\nendobj\n", b"/Pages 2 0 R " + outline)
    found = read("a.pdf", data)
    assert found.headings == [(found.text.index("Two"), "Pets")]


def test_the_style_of_a_heading_is_known_in_the_languages_of_the_authors(shown):
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="berschrift2"><w:name w:val="heading 2"/>'
        "</w:style></w:styles>"
    )
    found = read(
        "a.docx", word(paragraph("Haustiere", "berschrift2") + paragraph("Ja."), styles=styles)
    )
    assert shown(found) == [("Haustiere", "Haustiere"), ("Ja.", "Haustiere")]


def test_a_word_table_gives_a_line_for_each_row_and_notes_come_last(shown):
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("roof", "4000"))
    notes = f'<w:footnotes xmlns:w="{W}">{paragraph("A note.")}</w:footnotes>'
    body = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>{paragraph('After.')}"
    found = shown(read("a.docx", word(body, footnotes=notes)))
    assert [line for line, _ in found] == ["roof | 4000", "After.", "A note."]


def test_slides_are_pages_in_the_order_of_the_show_under_their_titles_with_notes():
    shape = (
        "<p:sp><p:nvSpPr><p:nvPr>{}</p:nvPr></p:nvSpPr><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sp>"
    )
    title = '<p:ph type="title"/>'
    slide = f'<p:sld xmlns:p="{P}" xmlns:a="{A}">{{}}</p:sld>'.format
    ids = '<p:sldId r:id="rId2"/><p:sldId r:id="rId1"/>'
    data = archive(
        {
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}">{ids}'
            "</p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations("slides/slide1.xml", "slides/slide2.xml"),
            "ppt/slides/slide1.xml": slide(shape.format("", "Second shown.")),
            "ppt/slides/slide2.xml": slide(shape.format(title, "Costs") + shape.format("", "900")),
            "ppt/slides/_rels/slide2.xml.rels": relations(
                "../notesSlides/notes.xml", kind="notesSlide"
            ),
            "ppt/notesSlides/notes.xml": slide(shape.format("", "Say it slowly.")),
        }
    )
    found = read("talk.pptx", data)
    assert found.text.split("\n") == [
        "Costs",
        "900",
        "Say it slowly.",
        "",
        "\fSecond shown.",
        "",
        "",
    ]
    first, second = split(found, size=40, overlap=0)
    assert (first.heading, first.page) == ("Costs", 1)
    assert (second.heading, second.page) == ("", 2)


def test_a_workbook_gives_its_rows_below_sheet_and_columns(shown):
    rows = [["item", "cost", "paid"], ["roof", 4000.5, date(2024, 2, 29)], ["boiler", None, 1]]
    assert shown(read("costs.xlsx", xlsx(House=rows, Empty=[]))) == [
        ("item | cost | paid", "House > item | cost | paid"),
        ("roof | 4000.5 | 2024-02-29", "House > item | cost | paid"),
        ("boiler |  | 1", "House > item | cost | paid"),
    ]


def test_a_book_gives_its_chapters_in_the_order_of_the_spine(shown):
    found = read("book.epub", epub(two="<h1>Two</h1><p>Second.", one="<p>First.</p>"))
    assert shown(found) == [("Two", "Two"), ("Second.", "Two"), ("First.", "First.")]


@pytest.mark.parametrize("suffix", ["odt", "ods", "odp"])
def test_opendocument_gives_headings_paragraphs_and_rows(shown, suffix):
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>".format
    data = opendocument(
        '<text:h text:outline-level="1">Pets</text:h><text:p>Dogs <text:s/>are <text:span>allowed'
        '</text:span>.</text:p><table:table table:name="Costs"><table:table-row>'
        f"{cell('roof')}{cell('4000')}</table:table-row></table:table>"
    )
    assert shown(read(f"a.{suffix}", data)) == [
        ("Pets", "Pets"),
        ("Dogs  are allowed.", "Pets"),
        ("roof | 4000", "Pets > Costs"),
    ]


MAIL = b"""From: =?utf-8?q?J=C3=BCrgen?= <j@example.com>
To: rent@example.com
Subject: The boiler
Date: Mon, 1 Jan 2024 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

It is br=F6ken.
--inner
Content-Type: text/html

<p>It is <b>twice</b> here.
--inner--
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename="invoice.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
--outer
Content-Type: message/rfc822

Subject: The answer
From: rent@example.com
Content-Type: text/html

<p>We <i>come</i> on Friday.
--outer--
"""


def test_a_mail_gives_headers_text_attachments_and_the_mail_within(shown):
    assert shown(read("a.eml", MAIL)) == [
        ("Subject: The boiler", "The boiler"),
        ("From: Jürgen <j@example.com>", "The boiler"),
        ("To: rent@example.com", "The boiler"),
        ("Date: Mon, 01 Jan 2024 10:00:00 +0000", "The boiler"),
        ("It is bröken.", "The boiler"),
        ("Attachment: invoice.pdf", "The boiler"),
        ("Subject: The answer", "The boiler > The answer"),
        ("From: rent@example.com", "The boiler > The answer"),
        ("We come on Friday.", "The boiler > The answer"),
    ]


def test_rich_text_is_read_without_how_it_looks():
    data = (
        rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}{\*\generator Word;}\b Rent\b0\par "
        rb"\'d6\'e5\'eb\'fc \u8364? \u55357?\u56832? \{x\}}"
    )
    assert read("a.rtf", data).text == "Rent\n\nЦель € 😀 {x}"  # noqa: RUF001


def test_a_web_page_is_read_in_the_encoding_that_it_declares():
    page = '<meta charset="shift_jis"><p>吾輩は猫である</p>'
    assert read("a.html", page.encode("shift_jis")).text == "吾輩は猫である\n\n"


def test_what_is_in_an_archive_tells_its_format_and_not_the_name(shown):
    assert shown(read("a.xlsx", docx("# Pets"))) == [("Pets", "Pets")]


def test_what_is_not_known_says_what_to_do():
    for name, data in (("a.zip", archive({"a.txt": "text"})), ("a.png", b"\x89PNG\r\n\x1a\n\0")):
        message, code = refusal(name, data)
        assert code == "unsupported_file"
        assert "understudy[rag-all-formats]" in message
