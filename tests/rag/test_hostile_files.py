"""Files that are made, or damaged, so that reading them goes wrong: each fails for itself."""

import asyncio
import json
import struct

import pytest

from understudy.testing.documents import archive, docx, epub, opendocument, pdf, relations
from understudy_rag.parsing.chunking import split
from understudy_rag.parsing.documents import Unreadable
from understudy_rag.parsing.extraction import extract


def read(name, data):
    return asyncio.run(extract(name, data))


def refusal(name, data):
    with pytest.raises(Unreadable) as caught:
        read(name, data)
    return str(caught.value), caught.value.code


def bomb(root="d"):
    """A billion laughs."""
    names = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 1000}">' for n in range(12)]
    return f"<!DOCTYPE {root} [{''.join(names)}]><{root}>&e11;</{root}>"


def locked_pdf():
    """A PDF whose keys nobody has."""
    key = "00" * 32
    encrypt = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >>"
    trailer = f"trailer << /ID [<00> <00>] {encrypt}"
    return pdf("secret").replace(b"trailer <<", trailer.encode())


def lying():
    """An archive that says of a megabyte that it were ten bytes."""
    data = bytearray(archive({"word/document.xml": b" " * 2**20}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + at, 10)
    return bytes(data)


ZEROS = b" " * (129 * 2**20)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.pdf", b"%PDF-1.7 and nothing", "It is damaged."),
        ("a.pdf", pdf("one", "two")[:300], "It is damaged."),
        ("a.pdf", b"no pdf at all", "It is damaged."),
        ("a.pdf", locked_pdf(), "It is locked with a password."),
        ("a.pdf", pdf("one").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"), "It is damaged: none of"),
        ("a.pdf", pdf("one").replace(b"/Count 1", b"/Count 5000"), "It is damaged: too many"),
        ("a.pdf", pdf(""), "It holds no text, only pictures;"),
        ("a.docx", b"PK\x03\x04rest", "It is damaged: the archive cannot be opened."),
        ("a.docx", docx("text" * 99)[:-60], "It is damaged: the archive cannot be opened."),
        (
            "a.docx",
            b"no archive",
            "Its name says that it is an Office file or a book, but it is not.",
        ),
        (
            "a.docx",
            archive({"word/document.xml": "<not xml"}),
            "It is damaged: word/document.xml: unclosed token: line 1, column 0.",
        ),
        ("a.docx", lying(), "It is damaged: word/document.xml cannot be unpacked."),
        ("a.docx", archive({"word/document.xml": ZEROS}), "It is much larger inside than outside."),
        ("a.odt", archive({"content.xml": ZEROS}), "It is much larger inside than outside."),
        (
            "a.docx",
            archive({"word/document.xml": bomb()}),
            "It declares entities in word/document.xml, as no real file does.",
        ),
        (
            "a.xlsx",
            archive({"xl/workbook.xml": "<d/>", "xl/sharedStrings.xml": bomb()}),
            "It declares entities in xl/sharedStrings.xml, as no real file does.",
        ),
        (
            "a.epub",
            archive({"META-INF/container.xml": "<d/>"}),
            "It is damaged: META-INF/container.xml does not say where the book is.",
        ),
        ("a.html", b"\x00\x01\x02\x03" * 99, "It is not text."),
    ],
)
def test_a_damaged_or_hostile_file_says_what_is_wrong(name, data, message):
    found, code = refusal(name, data)
    assert found.startswith(message)
    assert code == ("unsupported_file" if message == "It is not text." else "invalid_file")


def test_pages_of_a_pdf_that_are_not_damaged_are_read():
    data = pdf("One.", "Two.", "Three.").replace(b"6 0 R 8 0 R]", b"5 0 R 8 0 R]")
    document = read("a.pdf", data)
    assert document.text.split() == ["One.", "Three."]
    assert len(document.pages) == 3


def test_a_binary_file_called_txt_is_not_taken_for_text():
    message, code = refusal("notes.txt", bytes(range(256)) * 64)
    assert (message.partition(",")[0], code) == ("Its format is not known", "unsupported_file")


def test_an_archive_in_an_archive_is_not_opened():
    inner = archive({"word/document.xml": ZEROS})
    assert refusal("a.zip", archive({"inner.docx": inner}))[1] == "unsupported_file"


def test_an_office_file_of_before_2007_or_with_a_password_is_told_apart():
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
    assert "format is not known" in refusal("a.doc", old)[0]
    locked = old + "EncryptedPackage".encode("utf-16-le")
    assert refusal("a.docx", locked) == ("It is locked with a password.", "invalid_file")


def test_entities_in_pages_and_pictures_stay_what_they_are():
    assert len(read("a.svg", bomb("svg").encode()).text) < 10_000
    assert len(read("a.html", bomb("html").encode()).text) < 10_000
    assert len(read("a.epub", epub(one=bomb("p"))).text) < 10_000


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.html", "a.eml", "a.rtf", "a.json"])
def test_what_is_nested_without_end_does_no_harm(name):
    deep = {
        "a.docx": lambda: archive({"word/document.xml": "<d>" * 50_000 + "</d>" * 50_000}),
        "a.odt": lambda: opendocument("<text:p>" * 50_000 + "</text:p>" * 50_000),
        "a.html": lambda: b"<div>" * 50_000,
        "a.eml": lambda: b"Content-Type: message/rfc822\n\n" * 20_000,
        "a.rtf": lambda: b"{\\rtf1" + b"{" * 200_000,
        "a.json": lambda: b"[" * 200_000,
    }
    try:
        text = read(name, deep[name]()).text
    except Unreadable as error:
        assert str(error).startswith("It is damaged")
    else:
        assert len(text) <= 200_000
    assert read("b.docx", docx("still there")).text == "still there\n\n"


def test_a_cell_at_the_end_of_the_world_does_not_fill_the_way_to_it():
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = '<row><c r="XFD1"><v>1</v></c><c r="ZZZ1"><v>2</v></c></row>' * 10
    data = archive(
        {
            "xl/workbook.xml": f'<d xmlns="{space}" xmlns:r="{office}"><sheet r:id="rId1"/></d>',
            "xl/_rels/workbook.xml.rels": relations("sheet.xml"),
            "xl/sheet.xml": f'<d xmlns="{space}">{sheet}</d>',
        }
    )
    assert read("a.xlsx", data).text == "1 | 2\n" * 10 + "\n"


def test_fifty_megabytes_on_one_line_are_read_and_cut():
    text = read("a.txt", b"word " * (10 * 2**20)).text
    chunks = split(read("a.txt", b"word " * (2**20)), size=3_200, overlap=400)
    assert len(text) == 50 * 2**20
    assert max(len(chunk.text) for chunk in chunks) <= 3_200


@pytest.mark.parametrize(
    "suffix",
    ["txt", "md", "csv", "json", "py", "pdf", "docx", "xlsx", "html", "eml", "rtf", "epub"],
)
def test_an_empty_file_has_no_text_and_is_no_error(suffix):
    assert read(f"a.{suffix}", b"").text == ""


def test_a_json_line_that_never_ends_is_cut_between_its_members():
    document = read("a.json", json.dumps([{"n": n} for n in range(500)]).encode())
    for chunk in split(document, size=400, overlap=0)[:-1]:
        assert chunk.text.endswith(",")
