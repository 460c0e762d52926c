"""Small real files of formats that need a parser, for tests: PDF, Word, slides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
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


def archive(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return data.getvalue()
