"""Small real files of formats that need a parser, for tests: PDF, Office, books."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_SLIDE = "http://schemas.openxmlformats.org/drawingml/2006/main"


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        bodies += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * at} 0 R >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    return _numbered(bodies)


def _numbered(bodies: Sequence[str]) -> bytes:
    data, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(bodies, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + end.encode()


def docx(*paragraphs: str) -> bytes:
    """A Word document; a paragraph that begins with `# ` is a heading."""
    body = "".join(map(_paragraph, paragraphs))
    xml = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": xml})


def _paragraph(text: str) -> str:
    style = ""
    if text.startswith("# "):
        text, style = text[2:], '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'
    runs = "".join(f'<w:r><w:t xml:space="preserve">{word} </w:t></w:r>' for word in text.split())
    return f"<w:p>{style}{runs}</w:p>"


def pptx(*slides: str) -> bytes:
    """A presentation with a line of text on each slide."""
    paragraph = '<p:sld xmlns:p="p" xmlns:a="{}"><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sld>'
    numbered = enumerate(slides, start=1)
    return archive(
        {f"ppt/slides/slide{at}.xml": paragraph.format(_SLIDE, text) for at, text in numbered}
    )


def xlsx(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook; texts are shared strings, and dates are numbers with a date's style."""
    texts: dict[str, int] = {}
    names = enumerate(sheets, start=1)
    files = {
        f"xl/worksheets/sheet{at}.xml": _sheet(rows, texts)
        for at, rows in enumerate(sheets.values(), start=1)
    }
    listed = "".join(f'<sheet name="{name}" r:id="rId{at}"/>' for at, name in names)
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return archive(
        {
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">'
            f"<sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(
                *(f"worksheets/sheet{at}.xml" for at in range(1, len(sheets) + 1))
            ),
            "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{shared}</sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><cellXfs><xf numFmtId="0"/>'
            '<xf numFmtId="14"/></cellXfs></styleSheet>',
            **files,
        }
    )


def _sheet(rows: Sequence[Sequence[object]], texts: dict[str, int]) -> str:
    lines = (
        "".join(
            _cell(value, f"{chr(65 + column)}{row}", texts) for column, value in enumerate(each)
        )
        for row, each in enumerate(rows, start=1)
    )
    body = "".join(f"<row>{line}</row>" for line in lines)
    return f'<worksheet xmlns="{_SHEET}"><sheetData>{body}</sheetData></worksheet>'


def _cell(value: object, place: str, texts: dict[str, int]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        at = texts.setdefault(value, len(texts))
        return f'<c r="{place}" t="s"><v>{at}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def relations(*targets: str, kind: str = "worksheet") -> str:
    """What an Office part refers to, as rId1, rId2, …"""
    lines = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, target in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{lines}</Relationships>'


def epub(**chapters: str) -> bytes:
    """A book; each chapter is the body of a page."""
    items = "".join(
        f'<item id="{name}" href="text/{name}.xhtml" media-type="application/xhtml+xml"/>'
        for name in sorted(chapters)
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest>'
        f"<spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
    )
    pages = {
        f"OEBPS/text/{name}.xhtml": f"<html><body>{body}</body></html>"
        for name, body in chapters.items()
    }
    return archive({"META-INF/container.xml": container, "OEBPS/content.opf": package, **pages})


def opendocument(body: str) -> bytes:
    """An OpenDocument file; the body has the prefixes text, table and draw."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for name, space in (("text", "text"), ("table", "table"), ("draw", "drawing"))
    )
    return archive({"content.xml": f"<document {spaces}>{body}</document>"})


def archive(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return data.getvalue()
